import { data, inWorkers, type SupervisedBatch, type Tensor } from '@flambeau/core';
import { decode, type RawPixels } from '../image/decode.js';
import { type ItemTransforms, inputOf } from './itemTransforms.js';

/** Images, which are read from their files ahead and go through transforms, and their targets. */
export class ImageDataset extends data.Dataset<SupervisedBatch> {
  readonly #paths: readonly string[];
  readonly #targets: Tensor;
  readonly #transforms: ItemTransforms;

  constructor(paths: readonly string[], targets: Tensor, transforms: ItemTransforms) {
    super();
    this.#paths = paths;
    this.#targets = targets;
    this.#transforms = transforms;
    inWorkers(this, {
      module: import.meta.url,
      export: 'ImageDataset',
      args: [paths, targets, transforms],
    });
  }

  get length(): number {
    return this.#paths.length;
  }

  override prepare(index: number): Promise<RawPixels> {
    return decode(this.#paths[index] as string, this.#transforms.decoding);
  }

  override get(index: number, prepared: RawPixels): SupervisedBatch {
    const path = this.#paths[index] as string;
    return [inputOf(path, prepared, this.#transforms), this.#targets.select(0, index)];
  }
}
