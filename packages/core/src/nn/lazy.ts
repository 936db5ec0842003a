import { Tensor } from '../tensor/tensor.js';
import { handleOf } from './functional/handles.js';
import type { AnyModule } from './module.js';
import { toPythonName } from './names.js';
import { isUninitialized, type Uninitialized } from './uninitialized.js';

/** What the first input tells a lazy module. */
export interface Inferred {
  /** The sizes that were unknown, by the names of their fields. */
  readonly sizes: Readonly<Record<string, number>>;
  /** The shapes of the parameters and buffers. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

interface LazyModule extends AnyModule {
  resetParameters(): void;
}

/**
 * Lets `module` find its sizes in its first input. It then becomes a module of the class `plain`,
 * which it must have been made by; its parameters are drawn then. A state dictionary gives the
 * parameters shapes and values before that, which the first call keeps.
 * @param infer throws a RangeError for an input that does not fit
 */
export function initializeAtFirstCall(
  module: LazyModule,
  plain: { readonly prototype: object },
  infer: (input: Tensor) => Inferred,
): void {
  const loading = module.registerLoadStateDictPreHook((_, state, prefix) => {
    for (const [field, tensor] of uninitialized(module)) {
      const loaded = state[prefix + toPythonName(field)];
      if (loaded instanceof Tensor) tensor.materialize(loaded.shape);
    }
  });
  const calling = module.registerForwardPreHook((_, inputs) => {
    const [input] = inputs as readonly Tensor[];
    handleOf(module.constructor.name, 'input', input as Tensor);
    const { sizes, shapes } = infer(input as Tensor);
    const missing = uninitialized(module);
    for (const [field, tensor] of missing) tensor.materialize(shapes[field] ?? []);
    Object.assign(module, sizes);
    if (missing.length > 0) module.resetParameters();
    loading.remove();
    calling.remove();
    Object.setPrototypeOf(module, plain.prototype);
  });
}

function uninitialized(module: AnyModule): [field: string, tensor: Uninitialized][] {
  return Object.entries(module).filter((entry): entry is [string, Uninitialized] =>
    isUninitialized(entry[1]),
  );
}
