import type { AnyModule } from '../nn/module.js';

/** Calls the model's `reset()` where it has one: it forgets what it carries between batches. */
export function resetRecurrentState(model: AnyModule): void {
  const { reset } = model as { reset?: unknown };
  if (typeof reset === 'function') reset.call(model);
}
