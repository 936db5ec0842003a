import { noGrad } from '../../autograd/gradMode.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { BatchNorm } from '../batchnorm.js';
import type { Conv1d, Conv2d, Conv3d, ConvOptions } from '../conv.js';
import type { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from '../convTranspose.js';
import { Linear } from '../linear.js';
import { Parameter } from '../parameter.js';
import type { SpatialSize } from '../sizes.js';

type AnyConv = Conv1d | Conv2d | Conv3d | ConvTranspose1d | ConvTranspose2d | ConvTranspose3d;
type ConvClass<C> = new (i: number, o: number, size: SpatialSize, options: ConvOptions) => C;

interface Fusible {
  readonly training: boolean;
  readonly weight: Parameter;
  readonly bias: Parameter | null;
}

interface Fused {
  readonly weight: Parameter;
  readonly bias: Parameter;
}

/** @throws RangeError unless both are in evaluation mode and the norm has running statistics */
function fused(layer: Fusible, bn: BatchNorm, outputDim: number): Fused {
  const { runningMean, runningVar } = bn;
  if (layer.training || bn.training || runningMean === null || runningVar === null) {
    throw new RangeError(
      'a fusion needs both layers in evaluation mode, and running statistics of the norm',
    );
  }
  const { weight, bias } = layer;
  return noGrad(() =>
    tidy(() => {
      const inverse = runningVar.add(bn.eps).rsqrt();
      const scale = bn.weight === null ? inverse : inverse.mul(bn.weight);
      const perOutput = weight.shape.map((_, dim) => (dim === outputDim ? -1 : 1));
      const centred = bias === null ? runningMean.neg() : bias.sub(runningMean);
      const shifted = centred.mul(scale);
      const shift = bn.bias === null ? shifted : shifted.add(bn.bias);
      return {
        weight: parameter(weight.mul(scale.reshape(perOutput)), weight, weight),
        bias: parameter(shift, bias ?? weight, bias ?? shift),
      };
    }),
  );
}

function parameter(value: Tensor, { dtype }: Tensor, { requiresGrad }: Tensor): Parameter {
  return new Parameter(value.to(dtype), requiresGrad);
}

/**
 * A convolution that computes what `conv` and then `bn` do in evaluation. The layers stay as they
 * are.
 * @throws RangeError unless both are in evaluation mode and the norm has running statistics
 */
export function fuseConvBnEval<C extends AnyConv>(conv: C, bn: BatchNorm): C {
  const parts = fused(conv, bn, conv.transposed ? 1 : 0);
  const Conv = conv.constructor as ConvClass<C>;
  // Of no channels, so that it draws no random numbers.
  const { kernelSize, stride, dilation, groups, padding, paddingMode } = conv;
  const options = { stride, dilation, groups, padding, paddingMode, bias: false };
  const result = new Conv(0, 0, kernelSize, options);
  result.weight.dispose();
  return Object.assign(result, conv, parts);
}

/**
 * A linear layer that computes what `linear` and then `bn` do in evaluation. The layers stay as
 * they are.
 * @throws RangeError unless both are in evaluation mode and the norm has running statistics and as
 *   many features as the layer has outputs, or one
 */
export function fuseLinearBnEval(linear: Linear, bn: BatchNorm): Linear {
  if (bn.numFeatures !== linear.outFeatures && bn.numFeatures !== 1) {
    throw new RangeError(
      `a norm of ${linear.outFeatures} features or 1 is expected, got ${bn.numFeatures}`,
    );
  }
  const parts = fused(linear, bn, 0);
  const result = new Linear(0, 0, { bias: false });
  result.weight.dispose();
  return Object.assign(result, linear, parts);
}
