import type { AnyModule } from '../nn/module.js';
import { Module } from '../nn/module.js';
import type { Parameter } from '../nn/parameter.js';
import type { Tensor } from '../tensor/tensor.js';

/** A parameter that belongs to no layer, as a module of {@link flattenModel}'s list. */
export class ParameterModule extends Module {
  readonly val: Parameter;

  constructor(parameter: Parameter) {
    super();
    this.val = parameter;
  }

  protected override forward(input: Tensor): Tensor {
    return input;
  }
}

/**
 * The modules without submodules, in the order of the model. A parameter that a module with
 * submodules holds itself comes after these, as a {@link ParameterModule}.
 */
export function flattenModel(module: AnyModule): AnyModule[] {
  const children = [...module.children()];
  if (children.length === 0) return [module];
  const below = new Set(children.flatMap((child) => [...child.parameters()]));
  const bare = [...module.parameters()].filter((parameter) => !below.has(parameter));
  return [
    ...children.flatMap(flattenModel),
    ...bare.map((parameter) => new ParameterModule(parameter)),
  ];
}
