import { type AnyModule, Module } from './module.js';
import { type NamedEntries, NamedParts } from './namedParts.js';

/** Modules by name, found as parts of the module that holds it. It computes nothing itself. */
export class ModuleDict<Item extends AnyModule = Module> extends NamedParts<Item> {
  constructor(modules: NamedEntries<Item> = {}) {
    super();
    this.update(modules);
  }

  protected override isItem(value: unknown): value is Item {
    return value instanceof Module;
  }

  protected override add(name: string, module: Item): void {
    this.addModule(name, module);
  }
}
