// Datasets and functions that the tests of the DataLoader make in its workers.

import { data, IterableDataset, inWorkers, torch } from '@flambeau/core';

const { getWorkerInfo } = data;

/** Random items: a row of noise, the index, and the worker that read it. */
export class Noise extends data.Dataset {
  constructor(length) {
    super();
    this.length = length;
    inWorkers(this, { module: import.meta.url, export: 'Noise', args: [length] });
  }

  get(index) {
    return { noise: torch.rand(3), index: BigInt(index), worker: getWorkerInfo()?.id ?? -1 };
  }
}

/** Random items of what has to be waited for: the later the index, the shorter. */
export class Prepared extends data.Dataset {
  constructor(length, failAt = -1) {
    super();
    this.length = length;
    this.asked = [];
    this.failAt = failAt;
    inWorkers(this, { module: import.meta.url, export: 'Prepared', args: [length, failAt] });
  }

  async prepare(index) {
    this.asked.push(index);
    await new Promise((resolve) => setTimeout(resolve, this.length - index));
    if (index === this.failAt) throw new RangeError(`cannot read item ${index}`);
    return { square: index ** 2 };
  }

  get(_index, prepared) {
    return { noise: torch.rand(3), square: prepared.square };
  }
}

/** What fails, ends or stays at one index. */
export function troubled(length, index, trouble) {
  return {
    length,
    get(i) {
      if (i === index) {
        if (trouble === 'throw') throwHere(i);
        if (trouble === 'exit') process.exit(3);
        for (;;);
      }
      return torch.full([4], i);
    },
  };
}

function throwHere(i) {
  throw new RangeError(`cannot read item ${i}`);
}

export function failToStart() {
  throw new SyntaxError('no such folder');
}

/** Whole numbers in shares, one for each worker. */
export class Shares extends IterableDataset {
  constructor(length) {
    super();
    this.length = length;
    inWorkers(this, { module: import.meta.url, export: 'Shares', args: [length] });
  }

  *[Symbol.iterator]() {
    const { id, numWorkers } = getWorkerInfo() ?? { id: 0, numWorkers: 1 };
    const share = Math.ceil(this.length / numWorkers);
    const end = Math.min(this.length, (id + 1) * share);
    for (let i = id * share; i < end; i++) yield BigInt(i);
  }
}

let told = 'nothing';

/** A workerInit, and a collate that tells what it has left. */
export const tell = inWorkers(
  (id) => {
    told = `worker ${id} of ${getWorkerInfo().numWorkers} with ${getWorkerInfo().dataset.length}`;
  },
  { module: import.meta.url, export: 'tell' },
);
export const tale = inWorkers(() => told, { module: import.meta.url, export: 'tale' });

/** A collate that gives what cannot be sent. */
export const unsendable = inWorkers(() => [torch.ones(2), () => 0], {
  module: import.meta.url,
  export: 'unsendable',
});
