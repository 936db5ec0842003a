import type { Handle } from '@flambeau/native';
import { noGrad } from '../autograd/gradMode.js';
import { aten } from '../ops/aten.js';
import { groupPositions } from '../ops/foreach.js';
import { functions } from '../ops/install.js';
import type { Device } from '../tensor/dtype.js';
import { wrap } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';

/** What gradient scaling needs of an optimiser. */
export interface ScaledOptimizer {
  readonly paramGroups: readonly { readonly params: readonly Tensor[] }[];
  step(): void;
}

/**
 * Multiplies the gradients of an optimiser by `inverseScale`, in place.
 * @param inverseScale float32 `[]`
 * @returns by device of the gradients a float32 `[]`: 1 where one was infinite or NaN, else 0
 * @throws TypeError for a float16 gradient unless `allowHalf`: it may have lost its digits
 */
export function unscaleGradients(
  optimizer: ScaledOptimizer,
  inverseScale: Tensor,
  allowHalf: boolean,
): Map<Device, Tensor> {
  return noGrad(() => {
    const values = optimizer.paramGroups
      .flatMap(({ params }) => params)
      .flatMap((parameter) => gradientValues(parameter, allowHalf));
    const foundInf = new Map<Device, Tensor>();
    for (const positions of groupPositions(values, ({ device, dtype }) => `${device} ${dtype}`)) {
      const own = positions.map((position) => values[position] as Tensor);
      const { device } = own[0] as Tensor;
      const found = foundInf.get(device) ?? functions.torch.zeros([], { device });
      foundInf.set(device, found);
      aten('_amp_foreach_non_finite_check_and_unscale_')(
        own.map(({ handle }) => handle),
        found.handle,
        inverseScale.to({ device, nonBlocking: true }).handle,
      );
    }
    return foundInf;
  });
}

/** The numbers of a gradient, those stored of a sparse one; nothing where there is none. */
function gradientValues(parameter: Tensor, allowHalf: boolean): Tensor[] {
  const { grad } = parameter;
  if (grad === null) return [];
  const isHalf = grad.dtype === 'float16';
  if (isHalf && !allowHalf) {
    throw new TypeError(
      'gradients to unscale must not be float16: keep the weights in float32, and use autocast',
    );
  }
  if (grad.layout === 'strided') return [grad];
  // The sum of several float16 values for one place may be infinite where they are not.
  const summed = isHalf ? grad.coalesce() : grad;
  if (isHalf) parameter.grad = summed;
  return [wrap(aten('_values')(summed.handle) as Handle)];
}
