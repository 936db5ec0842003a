import { Module } from './module.js';

/** Parts by name: pairs of name and part, an object, or another such container. */
export type NamedEntries<Given> =
  | Iterable<readonly [name: string, part: Given]>
  | Readonly<Record<string, Given>>;

/**
 * Parts under names that are known only at run time, as in a Map, in the order in which they came;
 * names that are whole numbers come first, as in any JavaScript object. A name is a field's name:
 * the state dictionary has it as Python writes it.
 *
 * @typeParam Item the parts
 * @typeParam Given what they are made of
 */
export abstract class NamedParts<Item, Given = Item>
  extends Module<readonly never[], never>
  implements Iterable<[name: string, part: Item]>
{
  protected abstract isItem(value: unknown): value is Item;

  /** @throws TypeError for a part of another type, or a name that cannot be a part's */
  protected abstract add(name: string, part: Given): void;

  *entries(): IterableIterator<[name: string, part: Item]> {
    for (const [name, value] of Object.entries(this)) {
      if (this.isItem(value)) yield [name, value];
    }
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): IterableIterator<Item> {
    for (const [, part] of this.entries()) yield part;
  }

  [Symbol.iterator](): Iterator<[name: string, part: Item]> {
    return this.entries();
  }

  get size(): number {
    return [...this.keys()].length;
  }

  has(name: string): boolean {
    return Object.hasOwn(this, name) && this.isItem(Reflect.get(this, name));
  }

  /** @throws RangeError when there is no part of that name */
  get(name: string): Item {
    const part: unknown = this.has(name) ? Reflect.get(this, name) : undefined;
    if (this.isItem(part)) return part;
    const known = [...this.keys()].map((key) => `'${key}'`).join(', ');
    throw new RangeError(`${this.constructor.name} has no part '${name}', but ${known || 'none'}`);
  }

  set(name: string, part: Given): this {
    this.add(name, part);
    return this;
  }

  /** @returns whether there was such a part */
  delete(name: string): boolean {
    return this.has(name) && Reflect.deleteProperty(this, name);
  }

  /**
   * Takes a part out.
   * @throws RangeError when there is no part of that name
   */
  pop(name: string): Item {
    const part = this.get(name);
    this.delete(name);
    return part;
  }

  clear(): void {
    for (const name of [...this.keys()]) this.delete(name);
  }

  /** Adds parts, or replaces those of the same names. */
  update(parts: NamedEntries<Given>): this {
    const entries = Symbol.iterator in parts ? parts : Object.entries(parts);
    for (const [name, part] of entries as Iterable<readonly [string, Given]>) this.add(name, part);
    return this;
  }

  protected override forward(): never {
    throw new TypeError(`a ${this.constructor.name} cannot be called: call its parts`);
  }
}
