import { functions } from '../ops/install.js';
import { fromTypedArray } from '../tensor/create.js';
import { TorchValueError } from '../tensor/errors.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Histogram } from './messages.js';

/** TensorFlow's limits: 0, and both ways from 1e-12 to 1e20, each 1.1 times the one before. */
const limits = defaultLimits();

/**
 * The distribution of all elements, whatever the shape. Elements beyond ±1e20 are in no bucket.
 * @throws TorchValueError for no elements
 */
export function histogramOf(values: Tensor): Histogram {
  if (values.numel() === 0) {
    throw new TorchValueError({ code: 'value', message: 'a histogram needs at least one element' });
  }
  return tidy(() => {
    const flat = values.detach().reshape([-1]).double();
    const edges = fromTypedArray(limits, { device: flat.device });
    const above = functions.torch.bucketize(flat, edges, { right: true });
    const counts = Array.from(
      above.bincount({ minlength: limits.length + 1 }).toTypedArray(),
      Number,
    );
    const statistics = functions.torch.stack([
      flat.min(),
      flat.max(),
      flat.sum(),
      flat.square().sum(),
    ]);
    const [min, max, sum, sumSquares] = Array.from(statistics.toTypedArray(), Number) as [
      number,
      number,
      number,
      number,
    ];
    return { min, max, num: flat.numel(), sum, sumSquares, ...buckets(counts.slice(1, -1)) };
  });
}

/** From the first to the last bucket that has something, after an empty one that tells its lower end. */
function buckets(counts: readonly number[]): Pick<Histogram, 'bucketLimit' | 'bucket'> {
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) return { bucketLimit: [limits.at(-1) as number], bucket: [0] };
  const end = counts.findLastIndex((count) => count > 0) + 1;
  return {
    bucketLimit: Array.from(limits.subarray(first, end + 1)),
    bucket: [0, ...counts.slice(first, end)],
  };
}

function defaultLimits(): Float64Array {
  const positive: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push(limit);
  return Float64Array.from([...positive.map((limit) => -limit).reverse(), 0, ...positive]);
}
