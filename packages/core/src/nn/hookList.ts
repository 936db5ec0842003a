import { RemovableHandle } from '../autograd/hooks.js';

/** What a hook may return: a replacement, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: the value of a hook that is there for its effect
export type HookResult<T> = T | undefined | void;

/** Hooks in the order in which they run. */
export class HookList<Hook> {
  readonly #hooks = new Map<object, Hook>();

  get isEmpty(): boolean {
    return this.#hooks.size === 0;
  }

  /** @param prepend runs `hook` before those that are there already */
  add(hook: Hook, prepend = false): RemovableHandle {
    if (typeof hook !== 'function') {
      throw new TypeError(`a hook must be a function, got ${hook === null ? 'null' : typeof hook}`);
    }
    const key = {};
    if (prepend) {
      const later = [...this.#hooks];
      this.#hooks.clear();
      this.#hooks.set(key, hook);
      for (const [laterKey, laterHook] of later) this.#hooks.set(laterKey, laterHook);
    } else {
      this.#hooks.set(key, hook);
    }
    return new RemovableHandle(() => this.#hooks.delete(key));
  }

  /** The hooks of this moment: one that is added or removed while they run changes nothing. */
  all(): readonly Hook[] {
    return [...this.#hooks.values()];
  }
}
