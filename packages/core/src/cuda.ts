import { type DeviceMemoryStats, native, type StreamRef } from '@flambeau/native';

/** Is there a GPU that this libtorch can use? */
export function isAvailable(): boolean {
  return native.cudaIsAvailable();
}

/** GPUs that this libtorch can use; 0 without CUDA. */
export function deviceCount(): number {
  return native.cudaDeviceCount();
}

/** Waits for all work on a GPU. */
export function synchronize(device = 0): void {
  native.cudaSynchronize(device);
}

/** Bytes in live tensors of a GPU. */
export function memoryAllocated(device = 0): number {
  return memoryStats(device).allocated;
}

/** Bytes that libtorch holds on a GPU, in use or cached. */
export function memoryReserved(device = 0): number {
  return memoryStats(device).reserved;
}

/** The most bytes that live tensors have had since the start or the last reset. */
export function maxMemoryAllocated(device = 0): number {
  return memoryStats(device).peakAllocated;
}

export function maxMemoryReserved(device = 0): number {
  return memoryStats(device).peakReserved;
}

/** The memory counters of a GPU, in bytes. */
export function memoryStats(device = 0): DeviceMemoryStats {
  return native.cudaMemoryStats(device);
}

export function resetPeakMemoryStats(device = 0): void {
  native.cudaResetPeakMemoryStats(device);
}

/** Gives the cached memory of all GPUs back to the driver. */
export function emptyCache(): void {
  native.cudaEmptyCache();
}

/** The stream on which a GPU's work is queued now. */
export function currentStream(device = 0): Stream {
  return new Stream({ ref: native.cudaCurrentStream(device) });
}

/** A queue of work on a GPU; the work of two streams may overlap. */
export class Stream {
  /** The native stream. */
  readonly ref: StreamRef;

  constructor(options: { device?: number; highPriority?: boolean } | { ref: StreamRef } = {}) {
    this.ref =
      'ref' in options
        ? options.ref
        : native.cudaNewStream(options.device ?? 0, options.highPriority ?? false);
  }

  /** Waits for the work queued so far. */
  synchronize(): void {
    native.cudaSynchronizeStream(this.ref);
  }

  /** Is the work queued so far done? */
  query(): boolean {
    return native.cudaQueryStream(this.ref);
  }

  /** Runs `fn` with this as the current stream. */
  run<T>(fn: () => T): T {
    const before = native.cudaSetStream(this.ref);
    try {
      return fn();
    } finally {
      native.cudaSetStream(before);
    }
  }
}
