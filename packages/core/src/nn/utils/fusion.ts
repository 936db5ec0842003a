import { noGrad } from '../../autograd/gradMode.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { BatchNorm } from '../batchnorm.js';
import type { Conv1d, Conv2d, Conv3d } from '../conv.js';
import type { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from '../convTranspose.js';
import type { Linear } from '../linear.js';
import { Parameter } from '../parameter.js';

type AnyConv = Conv1d | Conv2d | Conv3d | ConvTranspose1d | ConvTranspose2d | ConvTranspose3d;

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
  return replaced(conv.clone() as C, parts);
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
  return replaced(linear.clone(), parts);
}

function replaced<Layer extends Fusible>(copy: Layer, parts: Fused): Layer {
  copy.weight.dispose();
  copy.bias?.dispose();
  return Object.assign(copy, parts);
}
