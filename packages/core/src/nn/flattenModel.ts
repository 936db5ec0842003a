import { type AnyModule, Module } from './module.js';
import type { Parameter } from './parameter.js';

/** A parameter that its owner holds beside submodules, as a module of its own. */
export class ParameterModule extends Module<[input: unknown], unknown> {
  val: Parameter;

  constructor(parameter: Parameter) {
    super();
    this.val = parameter;
  }

  protected override forward(input: unknown): unknown {
    return input;
  }
}

/**
 * The leaf modules, depth first in the order of definition. Parameters that a module has beside
 * submodules, and none of these has, are wrapped in a {@link ParameterModule} and come after those.
 */
export function flattenModel(model: AnyModule): AnyModule[] {
  const children = [...model.children()];
  if (children.length === 0) return [model];
  const below = new Set(children.flatMap((child) => [...child.parameters()]));
  const own = [...model.parameters(false)].filter((parameter) => !below.has(parameter));
  return [
    ...children.flatMap(flattenModel),
    ...own.map((parameter) => new ParameterModule(parameter)),
  ];
}
