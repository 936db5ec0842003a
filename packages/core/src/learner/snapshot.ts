import type { StateDict } from '../nn/stateDict.js';
import type { OptimizerStateDict } from '../optim/optimizer.js';
import { keep, tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import type { Learner } from './learner.js';

type Trained = Pick<Learner, 'model' | 'opt'>;

/** Copies, in memory, of a learner's model and of its optimiser's state. */
export class Snapshot implements Disposable {
  readonly #model: StateDict;
  readonly #opt: OptimizerStateDict;

  constructor({ model, opt }: Trained) {
    this.#model = tidy(() => keptCopy(model.stateDict()));
    this.#opt = tidy(() => keptCopy(opt.stateDict()));
  }

  /** Gives model and optimiser the values they had. */
  restore({ model, opt }: Trained): void {
    model.loadStateDict(this.#model);
    opt.loadStateDict(this.#opt);
  }

  [Symbol.dispose](): void {
    disposeAll([this.#model, this.#opt]);
  }
}

/** The same arrays, Maps and objects, with copies of the tensors in them, which no scope frees. */
function keptCopy<T>(value: T): T;
function keptCopy(value: unknown): unknown {
  if (value instanceof Tensor) return keep(value.clone());
  if (Array.isArray(value)) return value.map((item) => keptCopy(item));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, keptCopy(item)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, keptCopy(item)]));
}

function disposeAll(value: unknown): void {
  if (value instanceof Tensor) value.dispose();
  else if (value instanceof Map) [...value.values()].forEach(disposeAll);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(disposeAll);
}
