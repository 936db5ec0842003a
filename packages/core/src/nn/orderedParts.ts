import { Module } from './module.js';

/** Parts in an order, under the names '0', '1' … unless they are given others. */
export abstract class OrderedParts<In extends readonly unknown[], Out, Item>
  extends Module<In, Out>
  implements Iterable<Item>
{
  [index: number]: Item;

  /** The parts in order; one that was added twice is there twice. */
  protected abstract get items(): Item[];

  /** What the parts are called in an error, 'modules'. */
  protected abstract get kind(): string;

  protected abstract add(name: string, item: Item): void;

  get length(): number {
    return this.items.length;
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.items[Symbol.iterator]();
  }

  /**
   * @param index from the end where negative
   * @throws RangeError when there is none
   */
  at(index: number): Item {
    const { items } = this;
    const item = items.at(index);
    if (item === undefined) {
      throw new RangeError(`index ${index} is out of range of ${items.length} ${this.kind}`);
    }
    return item;
  }

  /** @throws TypeError where the parts have names */
  append(item: Item): this {
    const { length } = this;
    if (length > 0 && !Object.hasOwn(this, length - 1)) {
      throw new TypeError('append() numbers its module, but these have names: use addModule()');
    }
    this.add(String(length), item);
    return this;
  }

  extend(items: Iterable<Item>): this {
    for (const item of items) this.append(item);
    return this;
  }
}
