import { AdaptiveConcatPool2d } from './adaptiveConcatPool.js';
import { AdaptiveAvgPool2d } from './adaptivePool.js';
import { BatchNorm1d } from './batchnorm.js';
import { bnDropLin } from './bnDropLin.js';
import { Sequential } from './container.js';
import { Flatten } from './flatten.js';
import { ReLU } from './inplaceActivation.js';

export interface CreateHeadOptions {
  /** Sizes of the hidden layers. Default [512]. */
  linFtrs?: readonly number[];
  /** Dropout before each linear layer; a number is that of the last, the others have half. Default 0.5. */
  ps?: number | readonly number[];
  /** The largest values beside the means; `nf` then counts both. Default true. */
  concatPool?: boolean;
  /** A batch norm at the end, momentum 0.01. Default false. */
  bnFinal?: boolean;
}

/**
 * fast.ai's head for classification: pooling, then {@link bnDropLin} from `nf` features over hidden
 * layers to `nc` classes.
 * @throws RangeError unless `ps` has one probability for each linear layer
 */
export function createHead(nf: number, nc: number, options: CreateHeadOptions = {}): Sequential {
  const { linFtrs = [512], ps = 0.5, concatPool = true, bnFinal = false } = options;
  const sizes = [nf, ...linFtrs, nc];
  const probabilities = typeof ps === 'number' ? [...linFtrs.map(() => ps / 2), ps] : ps;
  if (probabilities.length !== sizes.length - 1) {
    throw new RangeError(
      `createHead: ps must have one probability for each of the ${sizes.length - 1} linear layers, ` +
        `got ${probabilities.length}`,
    );
  }
  return new Sequential(
    concatPool ? new AdaptiveConcatPool2d() : new AdaptiveAvgPool2d(1),
    new Flatten(),
    ...probabilities.flatMap((p, i) =>
      bnDropLin(sizes[i] as number, sizes[i + 1] as number, {
        p,
        actn: i === probabilities.length - 1 ? null : new ReLU({ inplace: true }),
      }),
    ),
    ...(bnFinal ? [new BatchNorm1d(nc, { momentum: 0.01 })] : []),
  );
}
