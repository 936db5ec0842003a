import type { AnyModule } from './module.js';

/** Runs `fn` while `model` is in evaluation mode; then each module has the mode it had. */
export function inEvalMode<T>(model: AnyModule, fn: () => T): T {
  const training = [...model.modules()].filter((module) => module.training);
  model.eval();
  try {
    return fn();
  } finally {
    for (const module of training) module.training = true;
  }
}
