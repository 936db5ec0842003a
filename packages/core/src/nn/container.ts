import { inspect } from 'node:util';
import type { Tensor } from '../tensor/tensor.js';
import { type AnyModule, Module } from './module.js';
import { OrderedParts } from './orderedParts.js';

/** Modules in an order, under the names '0', '1' … unless they are given others. */
abstract class OrderedModules<
  In extends readonly unknown[],
  Out,
  Item extends AnyModule,
> extends OrderedParts<In, Out, Item> {
  protected override get items(): Item[] {
    return Object.values(this).filter((value) => value instanceof Module) as Item[];
  }

  protected override get kind(): string {
    return 'modules';
  }

  protected override add(name: string, module: Item): void {
    this.addModule(name, module);
  }
}

type InputsOf<Layers> = Layers extends readonly [
  { call(...inputs: infer In): unknown },
  ...unknown[],
]
  ? In
  : [input: Tensor];

type OutputOf<Layers> = Layers extends readonly [
  ...unknown[],
  { call(...inputs: never): infer Out },
]
  ? Out
  : Tensor;

/**
 * Modules that run one after the other, each on what the one before gives. Takes what the first
 * takes, gives what the last gives; without modules, gives its input.
 */
export class Sequential<
  const Layers extends readonly AnyModule[] = readonly Module[],
> extends OrderedModules<InputsOf<Layers>, OutputOf<Layers>, Layers[number]> {
  constructor(...modules: Layers);
  /** @param named modules under names of their own, which are not whole numbers */
  constructor(named: Readonly<Record<string, AnyModule>>);
  constructor(...given: readonly AnyModule[] | [Readonly<Record<string, AnyModule>>]) {
    super();
    const [first] = given;
    const named = first === undefined || first instanceof Module ? { ...given } : first;
    if (typeof named !== 'object' || named === null) {
      throw new TypeError(`Sequential takes modules, or an object of them, got ${inspect(first)}`);
    }
    for (const [name, module] of Object.entries(named)) this.addModule(name, module as AnyModule);
  }

  protected override forward(...inputs: InputsOf<Layers>): OutputOf<Layers> {
    let passed: readonly unknown[] = inputs;
    for (const module of this.items) passed = [module.call(...passed)];
    return passed[0] as OutputOf<Layers>;
  }

  /** A Sequential of some of these modules, as of an array: shared, and numbered anew. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(...(this.items.slice(start, end) as unknown as Module[]));
  }
}

/** Modules in a list, found as parts of the module that holds it. It computes nothing itself. */
export class ModuleList<Item extends AnyModule = Module> extends OrderedModules<
  readonly never[],
  never,
  Item
> {
  constructor(modules: Iterable<Item> = []) {
    super();
    this.extend(modules);
  }

  protected override forward(): never {
    throw new TypeError('a ModuleList cannot be called: call its modules');
  }

  /** Equal neighbours are printed once: `(0-2): 3 x ReLU()`. */
  protected override childTexts(): readonly (readonly [label: string, text: string])[] {
    const runs: { text: string; first: number; last: number }[] = [];
    for (const [index, item] of this.items.entries()) {
      const text = item.toString();
      const run = runs.at(-1);
      if (run?.text === text) run.last = index;
      else runs.push({ text, first: index, last: index });
    }
    return runs.map(({ text, first, last }) =>
      first === last
        ? [`(${first})`, text]
        : [`(${first}-${last})`, `${last - first + 1} x ${text}`],
    );
  }
}
