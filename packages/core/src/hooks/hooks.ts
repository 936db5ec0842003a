import type { AnyModule, Module } from '../nn/module.js';
import { Hook, type HookSettings } from './hook.js';

/** A {@link Hook} on each of some modules. */
export class Hooks<Stored> implements Iterable<Hook<Stored>>, Disposable {
  readonly #hooks: readonly Hook<Stored>[];

  /** @param hooks become this object's: it removes them */
  constructor(hooks: readonly Hook<Stored>[]) {
    this.#hooks = [...hooks];
  }

  /**
   * The same function on all modules.
   * @param modules modules, or one whose direct submodules are meant
   */
  static on<Stored, Out>(
    modules: Iterable<Module<readonly unknown[], Out>> | AnyModule,
    hookFunc: (module: AnyModule, inputs: readonly unknown[], output: Out) => Stored | undefined,
    options: HookSettings<true> = {},
  ): Hooks<Stored> {
    return hookEach(
      modules,
      (module) => new Hook(module as Module<readonly unknown[], Out>, hookFunc, options),
    );
  }

  get length(): number {
    return this.#hooks.length;
  }

  /** The hook at `index`, from the end where that is negative. @throws RangeError out of range */
  at(index: number): Hook<Stored> {
    const hook = this.#hooks.at(index);
    if (hook === undefined) {
      throw new RangeError(`index ${index} is out of range of ${this.length} hooks`);
    }
    return hook;
  }

  [Symbol.iterator](): Iterator<Hook<Stored>> {
    return this.#hooks[Symbol.iterator]();
  }

  /** What each hook stores. */
  get stored(): readonly (Stored | null)[] {
    return this.#hooks.map((hook) => hook.stored);
  }

  /** Whether all hooks were taken away. */
  get removed(): boolean {
    return this.#hooks.every((hook) => hook.removed);
  }

  remove(): void {
    for (const hook of this.#hooks) hook.remove();
  }

  /** Frees what is stored. */
  clear(): void {
    for (const hook of this.#hooks) hook.clear();
  }

  [Symbol.dispose](): void {
    this.remove();
  }
}

/** Hooks made one by one; when one cannot be, those before are taken away again. */
export function hookEach<Stored>(
  modules: Iterable<AnyModule> | AnyModule,
  make: (module: AnyModule) => Hook<Stored>,
): Hooks<Stored> {
  const hooks: Hook<Stored>[] = [];
  try {
    for (const module of Symbol.iterator in modules ? modules : modules.children()) {
      hooks.push(make(module));
    }
  } catch (error) {
    for (const hook of hooks) hook.remove();
    throw error;
  }
  return new Hooks(hooks);
}
