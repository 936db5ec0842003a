import { FileFormatError } from '../fileFormatError.js';
import type { PickleReader } from './reader.js';

/** Something that a pickle may call: `REDUCE` and `NEWOBJ` do. */
export class PickleCallable {
  constructor(
    readonly name: string,
    readonly call: (args: readonly unknown[]) => unknown,
  ) {}
}

/** Something that a pickle may give a state to: `BUILD` does. */
export interface Buildable {
  build(state: unknown): void;
}

/** What the names and ids in a pickle stand for. */
export interface PickleWorld {
  /**
   * What the global is: a {@link PickleCallable}, or a plain value.
   * @throws for one that is not allowed, before anything is made of it
   */
  global(module: string, name: string): unknown;
  /** The object outside the pickle that an id stands for. */
  persistent(id: unknown): unknown;
}

/** The stack and the memo that the instructions of a pickle work on. */
export class Machine {
  readonly #memo = new Map<number, unknown>();
  /** What is above the last mark; below it are the stacks of the marks before. */
  #stack: unknown[] = [];
  readonly #marked: unknown[][] = [];

  constructor(
    readonly reader: PickleReader,
    readonly world: PickleWorld,
  ) {}

  push(value: unknown): void {
    this.#stack.push(value);
  }

  top(): unknown {
    if (this.#stack.length === 0) throw new FileFormatError("the pickle's stack is empty");
    return this.#stack[this.#stack.length - 1];
  }

  pop(): unknown {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  popMany(count: number): unknown[] {
    if (this.#stack.length < count) throw new FileFormatError("the pickle's stack is empty");
    return this.#stack.splice(this.#stack.length - count);
  }

  mark(): void {
    this.#marked.push(this.#stack);
    this.#stack = [];
  }

  /** Takes the last mark and all above it. */
  popMark(): unknown[] {
    const items = this.#stack;
    const below = this.#marked.pop();
    if (below === undefined) throw new FileFormatError('the pickle has no mark where one is used');
    this.#stack = below;
    return items;
  }

  /** Takes the topmost value, or the mark where there is none above it. */
  drop(): void {
    if (this.#stack.length > 0) this.#stack.pop();
    else this.popMark();
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw misplaced('APPENDS', 'a list');
    for (const item of items) list.push(item);
  }

  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || items.length % 2 !== 0) {
      throw misplaced('SETITEMS', 'a dictionary, and keys with values');
    }
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  addItems(items: readonly unknown[]): void {
    const set = this.top();
    if (!(set instanceof Set)) throw misplaced('ADDITEMS', 'a set');
    for (const item of items) set.add(item);
  }

  remember(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): unknown {
    if (!this.#memo.has(index)) throw new FileFormatError(`the pickle has no memo ${index}`);
    return this.#memo.get(index);
  }

  global(module: unknown, name: unknown): unknown {
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw misplaced('STACK_GLOBAL', 'two strings');
    }
    return this.world.global(module, name);
  }

  reduce(): unknown {
    const [callable, args] = this.popMany(2);
    if (!(callable instanceof PickleCallable) || !Array.isArray(args)) {
      throw misplaced('REDUCE', 'something that can be called, and its arguments');
    }
    return callable.call(args);
  }

  build(): void {
    const state = this.pop();
    const target = this.top();
    // An OrderedDict's attributes: PyTorch keeps the versions of modules there.
    if (target instanceof Map) return;
    const buildable = target as Partial<Buildable> | null;
    if (typeof buildable?.build !== 'function') throw misplaced('BUILD', 'an object with a state');
    buildable.build(state);
  }
}

function misplaced(op: string, wanted: string): FileFormatError {
  return new FileFormatError(`the pickle has ${op} where there is not ${wanted}`);
}
