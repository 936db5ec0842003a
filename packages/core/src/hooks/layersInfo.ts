import { noGrad } from '../autograd/gradMode.js';
import { inEvalMode } from '../nn/evalMode.js';
import { flattenModel } from '../nn/flattenModel.js';
import type { AnyModule } from '../nn/module.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { Hooks } from './hooks.js';

/** What one layer does to a batch. */
export interface LayerInfo {
  /** The name of its class. */
  readonly layer: string;
  /** The shape of each tensor that it gave last, without the batch dimension. */
  readonly outputShapes: readonly (readonly number[])[];
  /** Elements of its parameters. */
  readonly params: number;
  /** Whether its weight is trained, or where it has none, any of its parameters. */
  readonly trainable: boolean;
}

/**
 * The leaf modules of `model` that run on `inputs`, in the order of the model, each once. The model
 * runs in evaluation mode and without gradients; then each module's mode is as before.
 */
export function layersInfo(model: AnyModule, ...inputs: readonly unknown[]): LayerInfo[] {
  return tidy(() => {
    const leaves = [...new Set(flattenModel(model))];
    using shapes = Hooks.on(leaves, (_, __, output) => shapesIn(output));
    noGrad(() => inEvalMode(model, () => model.call(...inputs)));
    return leaves.flatMap((leaf, i) => {
      const outputShapes = shapes.at(i).stored;
      return outputShapes === null ? [] : [{ ...describe(leaf), outputShapes }];
    });
  });
}

function describe(leaf: AnyModule): Omit<LayerInfo, 'outputShapes'> {
  const parameters = [...leaf.parameters()];
  const { weight } = leaf as { weight?: unknown };
  const trainable =
    weight instanceof Tensor
      ? weight.requiresGrad
      : parameters.some((parameter) => parameter.requiresGrad);
  return { layer: leaf.constructor.name, params: elementsIn(parameters), trainable };
}

/** The number of elements of some tensors together. */
export function elementsIn(tensors: Iterable<Tensor>): number {
  let count = 0;
  for (const tensor of tensors) count += tensor.numel();
  return count;
}

function shapesIn(output: unknown): (readonly number[])[] {
  if (output instanceof Tensor) return [output.shape.slice(1)];
  return Array.isArray(output) ? output.flatMap(shapesIn) : [];
}
