import { type GeneratorRef, native } from '@flambeau/native';
import type { Device } from './tensor/dtype.js';
import { wrap } from './tensor/scope.js';
import type { Tensor } from './tensor/tensor.js';

/** The largest seed, 2^64 - 1; a negative one counts from there, as in PyTorch. */
const maxSeed = 0xffff_ffff_ffff_ffffn;

/** A source of random numbers with its own state. The same seed gives the same numbers as Python. */
export class Generator {
  /** The native generator. */
  readonly ref: GeneratorRef;

  /** A new generator with PyTorch's fixed default seed. */
  constructor(device: Device | GeneratorRef = 'cpu') {
    this.ref = typeof device === 'string' ? native.createGenerator(device) : device;
  }

  get device(): Device {
    return native.generatorDevice(this.ref) as Device;
  }

  /**
   * @param seed whole, from -2^63 to 2^64 - 1.
   * @returns this generator.
   */
  manualSeed(seed: number | bigint): this {
    native.generatorManualSeed(this.ref, seedOf(seed));
    return this;
  }

  /** The seed it was last given. */
  initialSeed(): bigint {
    return native.generatorSeed(this.ref);
  }

  /** The state as a uint8 tensor on the CPU. */
  getState(): Tensor {
    return wrap(native.generatorState(this.ref));
  }

  setState(state: Tensor): this {
    native.generatorSetState(this.ref, state.handle);
    return this;
  }
}

/**
 * Seeds the default generators of all devices.
 * @returns the default generator of the CPU.
 */
export function manualSeed(seed: number | bigint): Generator {
  native.manualSeed(seedOf(seed));
  return defaultGenerator('cpu');
}

/** The seed of the CPU's default generator. */
export function initialSeed(): bigint {
  return native.initialSeed();
}

/**
 * Gives this thread a default generator of its own for the CPU, with a seed by chance: what it
 * seeds and draws does not touch the other threads, which share one. `manualSeed` then seeds it
 * alone.
 */
export function useThreadGenerator(): void {
  native.useThreadGenerator();
}

/** The generator that operators on a device use when none is given. */
export function defaultGenerator(device: Device = 'cpu'): Generator {
  return new Generator(native.defaultGenerator(device));
}

/** The state of a device's default generator, a uint8 tensor. */
export function getRngState(device: Device = 'cpu'): Tensor {
  return defaultGenerator(device).getState();
}

export function setRngState(state: Tensor, device: Device = 'cpu'): void {
  defaultGenerator(device).setState(state);
}

/** Runs `fn` and puts the default generators back as they were. */
export function forkRng<T>(fn: () => T, devices: readonly Device[] = ['cpu']): T {
  const states = devices.map((device) => getRngState(device));
  try {
    return fn();
  } finally {
    for (const [i, device] of devices.entries()) {
      const state = states[i];
      if (state === undefined) continue;
      setRngState(state, device);
      state.dispose();
    }
  }
}

function seedOf(seed: number | bigint): bigint {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new RangeError(
      `a seed is a whole number; one beyond 2^53 is given as a bigint, got ${seed}`,
    );
  }
  const value = BigInt(seed);
  if (value < -(2n ** 63n) || value > maxSeed) {
    throw new RangeError(`a seed is between -2^63 and 2^64 - 1, got ${seed}`);
  }
  return value & maxSeed;
}
