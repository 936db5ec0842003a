import { functions } from '../../ops/install.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';

/**
 * What fast.ai tells of a model's gradients: of each tensor are taken the norm, the mean, the
 * median, the extremes and the number of zeros; of these the mean, the median, …, over the tensors.
 * @param gradients at least one
 */
export function gradientStatistics(gradients: readonly Tensor[]): Record<string, number> {
  const { stack } = functions.torch;
  const columns = tidy(() => {
    const rows = gradients.map((gradient) => {
      const g = gradient.detach().double();
      return stack([g.norm(), g.mean(), g.median(), g.max(), g.min(), g.eq(0).sum().double()]);
    });
    return stack(rows, 1).toArray();
  }) as [number[], number[], number[], number[], number[], number[]];
  const [norms, means, medians, maxima, minima, zeros] = columns;
  return {
    avg_norm: mean(norms),
    median_norm: median(norms),
    max_norm: Math.max(...norms),
    min_norm: Math.min(...norms),
    num_zeros: mean(zeros) * zeros.length,
    avg_gradient: mean(means),
    median_gradient: median(medians),
    max_gradient: Math.max(...maxima),
    min_gradient: Math.min(...minima),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of an even number, between the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return mean([sorted[Math.floor(half)] as number, sorted[Math.ceil(half)] as number]);
}
