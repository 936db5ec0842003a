import { type MemoryStats, native } from '@flambeau/native';

/** Tensors alive in this thread. */
export function liveTensors(): number {
  return native.liveTensors();
}

/** Tensors alive in all threads of the process, and on their way between them. */
export function processLiveTensors(): number {
  return native.processLiveTensors();
}

/** The counters of the CPU allocator, in bytes where not counts. */
export function stats(): MemoryStats {
  return native.memoryStats();
}

/**
 * Lets tensors have at most that many bytes of CPU memory; an allocation beyond throws an
 * `OutOfMemoryError`. Infinity lifts the limit.
 */
export function setMemoryLimit(bytes: number): void {
  native.setMemoryLimit(nonNegative(bytes, 'a memory limit'));
}

/** How many bytes freed blocks may keep for later tensors. */
export function setCacheLimit(bytes: number): void {
  native.setCacheLimit(nonNegative(bytes, 'a cache limit'));
}

/** Gives the memory of freed blocks back to the system. */
export function emptyCache(): void {
  native.emptyCache();
}

/** Lets the peak begin again at what is allocated now. */
export function resetPeakStats(): void {
  native.resetPeakMemoryStats();
}

function nonNegative(bytes: number, what: string): number {
  if (!(bytes >= 0)) throw new RangeError(`${what} is a number of bytes from 0 up, got ${bytes}`);
  return bytes;
}
