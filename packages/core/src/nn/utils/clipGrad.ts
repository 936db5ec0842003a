import { type Handle, native } from '@flambeau/native';
import { noGrad } from '../../autograd/gradMode.js';
import { aten } from '../../ops/aten.js';
import { foreach, groupPositions } from '../../ops/foreach.js';
import { functions } from '../../ops/install.js';
import { tidy, wrap } from '../../tensor/scope.js';
import { Tensor } from '../../tensor/tensor.js';

export interface TotalNormOptions {
  /** The p of the p-norm; Infinity is the largest absolute value. Default 2. */
  normType?: number;
  /** Throws when the norm is infinite or NaN. Default false. */
  errorIfNonfinite?: boolean;
}

type Tensors = Tensor | Iterable<Tensor>;

/**
 * The norm of all tensors as if they were one vector.
 * @returns `[]`, on the device of the first tensor; 0 for no tensors
 * @throws RangeError when `errorIfNonfinite` and the norm is infinite or NaN
 */
export function getTotalNorm(
  tensors: Tensors,
  { normType = 2, errorIfNonfinite = false }: TotalNormOptions = {},
): Tensor {
  const list = listOf(tensors);
  const [first] = list;
  if (first === undefined) return functions.torch.zeros([]);
  return tidy(() => {
    const norms = bucketsOf(list).flatMap((bucket) =>
      foreach('norm', 'Scalar', handlesOf(bucket), normType, null),
    );
    const here = norms.map((norm) => wrap(norm).to(first.device).handle);
    const stacked = wrap(aten('stack')(here, 0) as Handle);
    const total = functions.linalg.vectorNorm(stacked, normType);
    if (errorIfNonfinite && !Number.isFinite(total.item())) {
      throw new RangeError(
        `the total norm of order ${normType} is ${total.item()}, so it cannot be clipped`,
      );
    }
    return total;
  });
}

/**
 * Scales the gradients in place, so that their norm is at most `maxNorm`: by
 * min(maxNorm / (norm + 1e-6), 1).
 * @returns the norm before, `[]`
 * @throws RangeError when `errorIfNonfinite` and the norm is infinite or NaN; nothing is changed
 */
export function clipGradNorm_(
  parameters: Tensors,
  maxNorm: number,
  options: TotalNormOptions = {},
): Tensor {
  return noGrad(() =>
    tidy(() => {
      const grads = gradientsOf(parameters);
      const total = getTotalNorm(grads, options);
      const factor = total.add(1e-6).reciprocal().mul(maxNorm).clampMax(1);
      for (const bucket of bucketsOf(grads)) {
        foreach('mul_', 'Tensor', handlesOf(bucket), factor.to(bucket[0].device).handle);
      }
      return total;
    }),
  );
}

/** Clips every element of the gradients in place to the range from -`clipValue` to `clipValue`. */
export function clipGradValue_(parameters: Tensors, clipValue: number): void {
  noGrad(() =>
    tidy(() => {
      for (const bucket of bucketsOf(gradientsOf(parameters))) {
        const grads = handlesOf(bucket);
        foreach('clamp_min_', 'Scalar', grads, -clipValue);
        foreach('clamp_max_', 'Scalar', grads, clipValue);
      }
    }),
  );
}

function listOf(tensors: Tensors): readonly Tensor[] {
  return tensors instanceof Tensor ? [tensors] : [...tensors];
}

function gradientsOf(parameters: Tensors): Tensor[] {
  return listOf(parameters)
    .map((parameter) => native.grad(parameter.handle))
    .filter((grad) => grad !== null)
    .map(wrap);
}

/** The tensors of each device and dtype. */
function bucketsOf(tensors: readonly Tensor[]): [Tensor, ...Tensor[]][] {
  const groups = groupPositions(tensors, ({ device, dtype }) => `${device} ${dtype}`);
  return groups.map(
    (positions) => positions.map((position) => tensors[position]) as [Tensor, ...Tensor[]],
  );
}

function handlesOf(tensors: readonly Tensor[]): Handle[] {
  return tensors.map((tensor) => tensor.handle);
}
