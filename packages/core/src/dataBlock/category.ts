import { inspect } from 'node:util';

/** A class as the label of an item: as a text its name, as a number its place among the classes. */
export class Category {
  /** The place among the classes. */
  readonly data: number;
  /** The class. */
  readonly obj: unknown;

  constructor(data: number, obj: unknown) {
    this.data = data;
    this.obj = obj;
  }

  valueOf(): number {
    return this.data;
  }

  toString(): string {
    return `${this.obj}`;
  }

  [inspect.custom](): string {
    return `Category ${this}`;
  }
}
