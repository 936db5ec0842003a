import { inspect } from 'node:util';
import type { BatchIterator, BatchSource } from '../data/batches.js';
import type { Device } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import type { SupervisedBatch, Tensors } from './batch.js';

/** Changes a whole batch on its device, such as to normalise it. */
export type BatchTransform = (batch: SupervisedBatch) => SupervisedBatch;

/** Batches that are moved to a device and then go through transforms. */
export class DeviceBatches implements BatchSource<SupervisedBatch> {
  source: BatchSource<SupervisedBatch>;
  readonly device: Device;
  readonly tfms: BatchTransform[];

  constructor(
    source: BatchSource<SupervisedBatch>,
    device: Device,
    tfms: readonly BatchTransform[] = [],
  ) {
    this.source = source;
    this.device = device;
    this.tfms = [...tfms];
  }

  get length(): number {
    return this.source.length;
  }

  batches(): BatchIterator<SupervisedBatch> {
    const iterator = this.source.batches();
    return {
      ready: () => iterator.ready(),
      take: () => this.process(iterator.take()),
      close: () => iterator.close(),
    };
  }

  /**
   * A batch as the model gets it.
   * @throws TypeError for a batch that is not `[x, y]`
   */
  process(batch: SupervisedBatch): SupervisedBatch {
    if (!Array.isArray(batch) || batch.length !== 2) {
      throw new TypeError(`a batch must be [x, y], got ${inspect(batch, { depth: 0 })}`);
    }
    const [x, y] = batch as SupervisedBatch;
    const moved = [moveTo(this.device, x), moveTo(this.device, y)] as const;
    return this.tfms.reduce<SupervisedBatch>((given, tfm) => tfm(given), moved);
  }
}

/**
 * The same tensors on `device`. A copy from page-locked memory to a GPU runs beside other work; one
 * to the CPU is waited for.
 */
export function moveTo(device: Device, tensors: Tensors): Tensors {
  if (tensors instanceof Tensor) return tensors.to({ device, nonBlocking: device !== 'cpu' });
  return tensors.map((tensor) => moveTo(device, tensor) as Tensor);
}
