import { noGrad } from '../autograd/gradMode.js';
import { inEvalMode } from '../nn/evalMode.js';
import { flattenModel } from '../nn/flattenModel.js';
import type { AnyModule, Module } from '../nn/module.js';
import { functions } from '../ops/install.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { hookOutputs } from './hookOutput.js';

/** Height and width in pixels. */
export type ImageSize = readonly [height: number, width: number];

const smallest = 64;
const largest = 2048;

/**
 * The number of channels, or features, that the first layer with a weight takes.
 * @throws TypeError when no layer has a weight
 */
export function inChannels(model: AnyModule): number {
  for (const layer of flattenModel(model)) {
    const { weight, inChannels } = layer as { weight?: unknown; inChannels?: unknown };
    if (!(weight instanceof Tensor)) continue;
    if (typeof inChannels === 'number') return inChannels;
    return weight.shape[Math.min(1, weight.ndim - 1)] as number;
  }
  throw new TypeError(`${model.constructor.name} has no layer with a weight`);
}

/**
 * One random image as `model` takes it: `[1, inChannels, height, width]` from U(-1, 1), of the
 * dtype and on the device of the parameters.
 * @param size `[64, 64]` unless given
 */
export function dummyBatch(model: AnyModule, size: ImageSize = [smallest, smallest]): Tensor {
  const channels = inChannels(model);
  const { dtype, device } = model.parameters().next().value as Tensor;
  return functions.torch.empty([1, channels, ...size], { dtype, device }).uniform_(-1, 1);
}

/**
 * What `model` gives for a {@link dummyBatch}, in evaluation mode and without gradients. Each
 * module's mode is then as before.
 */
export function dummyEval<Out>(model: Module<readonly unknown[], Out>, size?: ImageSize): Out {
  return noGrad(() => tidy(() => inEvalMode(model, () => model.call(dummyBatch(model, size)))));
}

/**
 * The shape of what each direct submodule gives for a {@link dummyBatch}, with the batch dimension.
 * @throws TypeError when one is not called, or gives no tensor
 */
export function modelSizes(model: AnyModule, size?: ImageSize): (readonly number[])[] {
  using hooks = hookOutputs<unknown>(model);
  try {
    tidy(() => void dummyEval(model, size));
    const names = [...model.namedChildren()].map(([name]) => name);
    return hooks.stored.map((stored, i) => {
      if (stored instanceof Tensor) return stored.shape;
      throw new TypeError(`submodule '${names[i]}' of ${model.constructor.name} gave no tensor`);
    });
  } finally {
    hooks.clear();
  }
}

/**
 * The number of channels of the last submodule's output, which is tried with images of 64 to 2048
 * pixels, until they are large enough for the model.
 */
export function numFeaturesModel(model: AnyModule): number {
  for (let size = smallest; ; size *= 2) {
    try {
      return modelSizes(model, [size, size]).at(-1)?.[1] as number;
    } catch (error) {
      if (size >= largest || error instanceof TypeError) throw error;
    }
  }
}
