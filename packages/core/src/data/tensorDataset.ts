import { type TensorHolder, tensorsOf } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { Dataset } from './dataset.js';
import { inWorkers } from './workers/inWorkers.js';

/**
 * Rows of tensors: item i is row i of each. A batch is one index operation for each tensor.
 * `new TensorDataset(inputs, targets)`
 */
export class TensorDataset<Tensors extends readonly Tensor[]>
  extends Dataset<Tensors>
  implements TensorHolder
{
  readonly tensors: Tensors;
  readonly length: number;

  /**
   * @param tensors with as many rows each; not copied.
   * @throws RangeError when they have not.
   */
  constructor(...tensors: Tensors) {
    super();
    const [first] = tensors;
    if (first === undefined) throw new TypeError('TensorDataset takes at least one tensor');
    this.length = first.length;
    if (tensors.some((tensor) => tensor.length !== this.length)) {
      throw new RangeError(
        'TensorDataset: the tensors must have equally many rows, got ' +
          tensors.map((tensor) => tensor.length).join(', '),
      );
    }
    this.tensors = tensors;
    if (new.target === TensorDataset) {
      inWorkers(this, { module: import.meta.url, export: 'TensorDataset', args: tensors });
    }
  }

  override get(index: number): Tensors {
    return this.#each((tensor) => tensor.select(0, index));
  }

  override getBatch(indices: Tensor): Tensors {
    return this.#each((tensor) => tensor.indexSelect(0, indices.to(tensor.device)));
  }

  [tensorsOf](): Iterable<Tensor> {
    return this.tensors;
  }

  #each(pick: (tensor: Tensor) => Tensor): Tensors {
    return this.tensors.map(pick) as readonly Tensor[] as Tensors;
  }
}

/** The tensors that datasets hold, where they say so. */
export function* tensorsOfAll(datasets: Iterable<object>): Iterable<Tensor> {
  for (const dataset of datasets) {
    const holder: Partial<TensorHolder> = dataset;
    yield* holder[tensorsOf]?.() ?? [];
  }
}
