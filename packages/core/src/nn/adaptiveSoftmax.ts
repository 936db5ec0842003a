import { functions } from '../ops/install.js';
import type { Device, DType } from '../tensor/dtype.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { ModuleList, Sequential } from './container.js';
import { Linear } from './linear.js';
import { Module } from './module.js';
import { shapeText } from './shapes.js';

export interface AdaptiveLogSoftmaxOptions {
  /** Each cluster projects to as many features less by this factor than the one before. Default 4. */
  divValue?: number;
  /** Adds a bias to the head. Default false. */
  headBias?: boolean;
  device?: Device;
  dtype?: DType;
}

/** What {@link AdaptiveLogSoftmaxWithLoss} gives. */
export interface AdaptiveLogSoftmaxOutput {
  /** The log-probability of the target, `[batch]`, or `[]` without batch. */
  readonly output: Tensor;
  /** The mean of -output, `[]`. */
  readonly loss: Tensor;
}

type Projection = Sequential<readonly [Linear, Linear]>;

/**
 * An approximation of softmax for many classes, of which few are frequent (Grave et al. 2017).
 *
 * Classes are sorted by how frequent they are, the most frequent first. The head has a logit for
 * each class below the first cutoff and for each cluster; a cluster projects the input to
 * floor(inFeatures / divValue^i) features, i from 1 on, and then to its classes.
 *
 * Takes `[batch, inFeatures]` and int64 classes `[batch]`, or `[inFeatures]` and `[]`.
 */
export class AdaptiveLogSoftmaxWithLoss extends Module<
  [input: Tensor, target: Tensor],
  AdaptiveLogSoftmaxOutput
> {
  readonly inFeatures: number;
  readonly nClasses: number;
  /** Where each cluster begins, and the number of classes. */
  readonly cutoffs: readonly number[];
  readonly divValue: number;
  readonly headBias: boolean;
  readonly head: Linear;
  readonly tail: ModuleList<Projection>;

  /** @throws RangeError unless the cutoffs rise, from 1 at least to nClasses - 1 at most */
  constructor(
    inFeatures: number,
    nClasses: number,
    cutoffs: readonly number[],
    options: AdaptiveLogSoftmaxOptions = {},
  ) {
    super();
    const { divValue = 4, headBias = false, ...factory } = options;
    const rising = cutoffs.every((cutoff, i) => cutoff > (cutoffs[i - 1] ?? 0));
    const [last = nClasses] = cutoffs.slice(-1);
    if (!rising || !(last < nClasses) || !cutoffs.every(Number.isSafeInteger)) {
      throw new RangeError(
        'AdaptiveLogSoftmaxWithLoss: cutoffs must be rising whole numbers from 1 to ' +
          `${nClasses - 1}, got [${cutoffs.join(', ')}]`,
      );
    }
    this.inFeatures = inFeatures;
    this.nClasses = nClasses;
    this.cutoffs = [...cutoffs, nClasses];
    this.divValue = divValue;
    this.headBias = headBias;
    const headSize = this.shortlistSize + cutoffs.length;
    this.head = new Linear(inFeatures, headSize, { bias: headBias, ...factory });
    this.tail = new ModuleList(
      cutoffs.map((cutoff, i) => {
        const hidden = Math.floor(inFeatures / divValue ** (i + 1));
        const classes = (this.cutoffs[i + 1] as number) - cutoff;
        return new Sequential(
          new Linear(inFeatures, hidden, { bias: false, ...factory }),
          new Linear(hidden, classes, { bias: false, ...factory }),
        );
      }),
    );
  }

  /** The number of classes that the head itself knows. */
  get shortlistSize(): number {
    return this.cutoffs[0] as number;
  }

  resetParameters(): void {
    for (const layer of this.modules()) if (layer instanceof Linear) layer.resetParameters();
  }

  /** @throws RangeError for shapes that do not fit, or a target that is no class */
  protected override forward(input: Tensor, target: Tensor): AdaptiveLogSoftmaxOutput {
    const batched = target.ndim === 1 && input.ndim === 2 && input.size(0) === target.size(0);
    if (!batched && !(target.ndim === 0 && input.ndim === 1)) {
      throw new RangeError(
        'AdaptiveLogSoftmaxWithLoss: the input must be [batch, features] and the target [batch], ' +
          `or [features] and [], got ${shapeText(input)} and ${shapeText(target)}`,
      );
    }
    return tidy(() => {
      const output = this.targetLogProb(
        batched ? input : input.unsqueeze(0),
        batched ? target : target.unsqueeze(0),
      );
      return { output: batched ? output : output.squeeze(0), loss: output.neg().mean() };
    });
  }

  private targetLogProb(input: Tensor, target: Tensor): Tensor {
    this.checkClasses(target);
    const headLogProb = functions.torch.logSoftmax(this.head.call(input), 1);
    let column = target;
    let within = functions.torch.zerosLike(headLogProb.select(1, 0));
    for (const [i, projection] of this.clusters()) {
      const [start, end] = this.cutoffs.slice(i, i + 2) as [number, number];
      const inCluster = target.ge(start).logicalAnd(target.lt(end));
      const rows = inCluster.nonzero().squeeze(1);
      if (rows.numel() === 0) continue;
      const logProb = functions.torch.logSoftmax(projection.call(input.indexSelect(0, rows)), 1);
      const place = target.indexSelect(0, rows).sub(start).unsqueeze(1);
      within = within.indexCopy(0, rows, logProb.gather(1, place).squeeze(1));
      column = column.maskedFill(inCluster, this.shortlistSize + i);
    }
    return headLogProb.gather(1, column.unsqueeze(1)).squeeze(1).add(within);
  }

  private checkClasses(target: Tensor): void {
    if (target.numel() === 0) return;
    const [least, most] = [target.min().item(), target.max().item()].map(Number);
    if ((least as number) >= 0 && (most as number) < this.nClasses) return;
    throw new RangeError(
      `AdaptiveLogSoftmaxWithLoss: targets must be from 0 to ${this.nClasses - 1}, got values from ${least} to ${most}`,
    );
  }

  private clusters(): IterableIterator<[index: number, projection: Projection]> {
    return [...this.tail].entries();
  }

  /** The log-probabilities of all classes: `[batch, inFeatures]` to `[batch, nClasses]`. */
  logProb(input: Tensor): Tensor {
    return tidy(() => {
      const headLogProb = functions.torch.logSoftmax(this.head.call(input), 1);
      const parts = [headLogProb.narrow(1, 0, this.shortlistSize)];
      for (const [i, projection] of this.clusters()) {
        const logProb = functions.torch.logSoftmax(projection.call(input), 1);
        parts.push(logProb.add(headLogProb.narrow(1, this.shortlistSize + i, 1)));
      }
      return functions.torch.cat(parts, 1);
    });
  }

  /** The most probable class: `[batch, inFeatures]` to int64 `[batch]`. */
  predict(input: Tensor): Tensor {
    return tidy(() => this.logProb(input).argmax(1));
  }
}
