import { noGrad } from '../../autograd/gradMode.js';
import { functions } from '../../ops/install.js';
import { tidy } from '../../tensor/scope.js';
import { Tensor } from '../../tensor/tensor.js';
import { ConvNd } from '../convNd.js';
import { normalize } from '../functional/normalization.js';
import type { AnyModule } from '../module.js';

export interface SpectralNormOptions {
  /** The parameter's field. Default 'weight'. */
  name?: string;
  /** Steps of the power method, for each use in training. Default 1. */
  nPowerIterations?: number;
  /** The smallest norm to divide by. Default 1e-12. */
  eps?: number;
  /** The dimension of the outputs. Default 0, for transposed convolutions 1. */
  dim?: number | null;
}

export const spectralNormOptions = ['name', 'nPowerIterations', 'eps', 'dim'] as const;

/**
 * The parameter or buffer and the options, completed.
 * @throws RangeError when there is no such tensor, and for options out of range
 */
export function spectralSettings(module: AnyModule, options: SpectralNormOptions) {
  const { name = 'weight', nPowerIterations = 1, eps = 1e-12 } = options;
  const weight: unknown = Reflect.get(module, name);
  if (!(weight instanceof Tensor)) {
    throw new RangeError(`${module.constructor.name} has no parameter or buffer '${name}'`);
  }
  if (!Number.isSafeInteger(nPowerIterations) || nPowerIterations < 1) {
    throw new RangeError(
      `nPowerIterations must be a whole number of at least 1, got ${nPowerIterations}`,
    );
  }
  const dim = options.dim ?? (module instanceof ConvNd && module.transposed ? 1 : 0);
  if (!Number.isInteger(dim) || dim >= weight.ndim || dim < -weight.ndim) {
    throw new RangeError(`dim must be from ${-weight.ndim} to ${weight.ndim - 1}, got ${dim}`);
  }
  return { name, weight, nPowerIterations, eps, dim: dim < 0 ? dim + weight.ndim : dim };
}

/** The weight as a matrix whose rows are what `dim` counts. */
function asMatrix(weight: Tensor, dim: number): Tensor {
  return weight.movedim(dim, 0).flatten(1);
}

/** A random direction: normal numbers, made to the length 1. */
export function randomDirection(weight: Tensor, size: number, eps: number): Tensor {
  const { dtype, device } = weight;
  return tidy(() =>
    normalize(functions.torch.empty([size], { dtype, device }).normal_(), { dim: 0, eps }),
  );
}

interface PowerSteps {
  readonly dim: number;
  readonly eps: number;
  readonly steps: number;
  /** Which of the vectors is brought closer first. */
  readonly order: 'uv' | 'vu';
  readonly u: Tensor;
  readonly v: Tensor;
}

/** Brings u and v closer to the singular vectors of the largest singular value, in place. */
export function powerMethod(weight: Tensor, { dim, eps, steps, order, u, v }: PowerSteps): void {
  const unit = (vector: Tensor) => normalize(vector, { dim: 0, eps });
  noGrad(() =>
    tidy(() => {
      const matrix = asMatrix(weight, dim);
      for (let step = 0; step < steps; step++) {
        if (order === 'uv') u.copy_(unit(matrix.mv(v)));
        v.copy_(unit(matrix.H.mv(u)));
        if (order === 'vu') u.copy_(unit(matrix.mv(v)));
      }
    }),
  );
}

/**
 * The weight divided by uᵀ W v, its largest singular value where u and v are the singular vectors.
 * They are copied first, so that a later step of the power method does not change the gradient.
 */
export function dividedBySigma(weight: Tensor, dim: number, u: Tensor, v: Tensor): Tensor {
  return tidy(() => {
    const sigma = u.clone().vdot(asMatrix(weight, dim).mv(v.clone()));
    return weight.div(sigma);
  });
}
