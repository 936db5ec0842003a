import { mapStructure } from '../tensor/mapStructure.js';
import { keep } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { packTensors, unpackTensors } from '../tensor/transfer.js';
import type { BatchIterator } from './batches.js';
import { ended, type Reader } from './reader.js';
import { takenTooOften } from './tasks.js';

/**
 * Batches of a stream, read in this thread. Only reading tells whether there is another one, so a
 * batch is read when it is asked for, in no scope, and moves to the caller's when it is taken.
 */
export class StreamBatches<Batch> implements BatchIterator<Batch> {
  readonly #reader: Reader;
  #next: { readonly batch: unknown } | undefined;
  #ended = false;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  ready(): boolean {
    if (this.#ended) return false;
    if (this.#next !== undefined) return true;
    const message = this.#reader.read(null, packTensors);
    if (message === ended) this.#ended = true;
    else this.#next = { batch: forEachTensor(unpackTensors(message), keep) };
    return !this.#ended;
  }

  take(): Batch {
    if (!this.ready()) throw takenTooOften();
    const held = this.#next?.batch;
    this.#next = undefined;
    const batch = unpackTensors(packTensors(held));
    forEachTensor(held, (tensor) => tensor.dispose());
    return batch as Batch;
  }

  close(): void {
    this.#ended = true;
    forEachTensor(this.#next?.batch, (tensor) => tensor.dispose());
    this.#next = undefined;
    this.#reader.close();
  }
}

function forEachTensor(value: unknown, action: (tensor: Tensor) => void): unknown {
  return mapStructure(value, (part) => {
    if (!(part instanceof Tensor)) return undefined;
    action(part);
    return part;
  });
}
