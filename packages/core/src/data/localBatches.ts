import { defaultGenerator } from '../random.js';
import { tidy } from '../tensor/scope.js';
import type { BatchIterator } from './batches.js';
import type { Reader, Task } from './reader.js';
import type { Tasks } from './tasks.js';

/** Batches of a dataset with indices, read in this thread when they are taken. */
export class LocalBatches<Batch> implements BatchIterator<Batch> {
  readonly #tasks: Tasks<Task>;
  readonly #read: Reader;
  #seed: bigint;

  /** @param seed what the random numbers of the first batch start from */
  constructor(tasks: Tasks<Task>, read: Reader, seed: bigint) {
    this.#tasks = tasks;
    this.#read = read;
    this.#seed = seed;
  }

  ready(): boolean {
    return this.#tasks.hasNext();
  }

  take(): Batch {
    return tidy(() => withSeed(this.#seed++, () => this.#read(this.#tasks.next()))) as Batch;
  }

  close(): void {
    this.#tasks.close();
  }
}

/** Runs `fn` with the CPU's default generator at a seed, and puts it back as it was. */
function withSeed<T>(seed: bigint, fn: () => T): T {
  const generator = defaultGenerator('cpu');
  using state = generator.getState();
  generator.manualSeed(seed);
  try {
    return fn();
  } finally {
    generator.setState(state);
  }
}
