import { native } from '@flambeau/native';

/** Ends a mode at the end of its block: `using _ = noGrad();` */
export interface ModeGuard {
  [Symbol.dispose](): void;
}

/**
 * Without recording for autograd: `noGrad(() => …)` runs the function so and gives its result,
 * `using _ = noGrad();` lasts to the end of the block.
 * @throws TypeError for an async function: the mode would end at its first await.
 */
export function noGrad(): ModeGuard;
export function noGrad<T>(fn: () => T): T;
export function noGrad<T>(fn?: () => T): T | ModeGuard {
  return gradMode(false, fn);
}

/** With recording for autograd, also inside {@link noGrad}. */
export function enableGrad(): ModeGuard;
export function enableGrad<T>(fn: () => T): T;
export function enableGrad<T>(fn?: () => T): T | ModeGuard {
  return gradMode(true, fn);
}

/**
 * Faster than {@link noGrad}: what is made here has no version counter either, and can never take
 * part in recorded operations.
 */
export function inferenceMode(): ModeGuard;
export function inferenceMode<T>(fn: () => T): T;
export function inferenceMode<T>(fn?: () => T): T | ModeGuard {
  native.inferenceModeBegin();
  return within(() => native.inferenceModeEnd(), fn);
}

/** Switches recording on or off, until it is switched again. */
export function setGradEnabled(enabled: boolean): void {
  native.setGradEnabled(enabled);
}

export function isGradEnabled(): boolean {
  return native.isGradEnabled();
}

export function isInferenceModeEnabled(): boolean {
  return native.isInferenceMode();
}

function gradMode<T>(enabled: boolean, fn: (() => T) | undefined): T | ModeGuard {
  const before = native.isGradEnabled();
  native.setGradEnabled(enabled);
  return within(() => native.setGradEnabled(before), fn);
}

/** Runs `fn` and ends the mode that has just begun; without `fn`, the guard ends it. */
export function within<T>(end: () => void, fn: (() => T) | undefined): T | ModeGuard {
  if (fn === undefined) return guard(end);
  try {
    if (Object.prototype.toString.call(fn) === '[object AsyncFunction]') {
      throw new TypeError(
        'a mode takes a synchronous function: it would end at the first await of an async one',
      );
    }
    return fn();
  } finally {
    end();
  }
}

function guard(end: () => void): ModeGuard {
  let open = true;
  return {
    [Symbol.dispose]() {
      if (!open) return;
      open = false;
      end();
    },
  };
}
