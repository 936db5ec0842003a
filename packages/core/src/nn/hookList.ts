import { RemovableHandle } from '../autograd/hooks.js';

/** What a hook may return: a replacement, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: the value of a hook that is there for its effect
export type HookResult<T> = T | undefined | void;

export interface HookOptions {
  /** Runs this hook before those registered earlier. Default false. */
  prepend?: boolean;
}

export interface ForwardHookOptions extends HookOptions {
  /** Runs this hook also when the call fails before its turn. Default false. */
  alwaysCall?: boolean;
}

/** A hook as it was registered. */
export interface Registered<Hook> {
  readonly hook: Hook;
  readonly alwaysCall: boolean;
}

/** Hooks in the order in which they run. */
export class HookList<Hook> {
  #hooks: readonly Registered<Hook>[] = [];

  get isEmpty(): boolean {
    return this.#hooks.length === 0;
  }

  add(hook: Hook, options: ForwardHookOptions = {}): RemovableHandle {
    if (typeof hook !== 'function') {
      throw new TypeError(`a hook must be a function, got ${hook === null ? 'null' : typeof hook}`);
    }
    const registered = { hook, alwaysCall: options.alwaysCall ?? false };
    this.#hooks = options.prepend ? [registered, ...this.#hooks] : [...this.#hooks, registered];
    return new RemovableHandle(() => {
      this.#hooks = this.#hooks.filter((other) => other !== registered);
    });
  }

  /** The hooks of this moment: one that is added or removed while they run changes nothing. */
  all(): readonly Registered<Hook>[] {
    return this.#hooks;
  }
}
