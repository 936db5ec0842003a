import { mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nn, optim } from '@flambeau/core';
import { expect } from 'vitest';

/** What can be compared, by the groups that `npm run coverage:nn` counts. */
export type NnGroup = 'modules' | 'functionals' | 'optimizers' | 'schedulers';

type Method = (this: object, ...args: unknown[]) => unknown;
type Prototype = Record<string, Method>;

/** They cannot be called: their text is compared. */
const containers = ['ModuleList', 'ModuleDict', 'ParameterList', 'ParameterDict'];

const folder = fileURLToPath(new URL('../../coverage/nn/', import.meta.url));

/**
 * Knows which modules and functionals were called, and which optimisers and schedulers made a
 * step, in comparisons that found no difference.
 */
export class NnRecorder {
  readonly #compared = new Set<string>();
  #pending: Set<string> | undefined;
  #finished: ReadonlySet<string> = new Set();

  constructor() {
    const module = nn.Module.prototype as unknown as Prototype;
    this.#watch(module, 'call', 'modules', nn);
    this.#watch(module, 'toString', 'modules', nn, (name) => containers.includes(name));
    this.#watchSteps('optimizers', optim);
    this.#watchSteps('schedulers', optim.lrScheduler);
    const functional = nn.functional as unknown as Prototype;
    for (const [name, run] of Object.entries(functional)) {
      functional[name] = (...args) => {
        this.#pending?.add(`functionals.${name}`);
        return run.apply(functional, args);
      };
    }
  }

  /** From now on what is used counts, until {@link end}. */
  begin(): void {
    this.#pending = new Set();
  }

  end(): void {
    this.#finished = this.#pending ?? new Set();
    this.#pending = undefined;
  }

  /** What was used since {@link begin} gave what Python gives. */
  accept(): void {
    for (const entry of this.#finished) this.#compared.add(entry);
  }

  /** 'modules.Linear' and the like. */
  get compared(): readonly string[] {
    return [...this.#compared].sort();
  }

  /** For `npm run coverage:nn`. */
  write(): void {
    const file = basename(expect.getState().testPath ?? 'unknown');
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}${file}.json`, JSON.stringify(this.compared));
  }

  #watchSteps(group: NnGroup, classes: object): void {
    for (const value of Object.values(classes)) {
      let prototype = typeof value === 'function' ? value.prototype : undefined;
      for (; prototype; prototype = Object.getPrototypeOf(prototype)) {
        if (Object.hasOwn(prototype, 'step')) this.#watch(prototype, 'step', group, classes);
      }
    }
  }

  /** Counts calls of a method for the class of its object, where that is one of `classes`. */
  #watch(
    prototype: Prototype,
    method: string,
    group: NnGroup,
    classes: object,
    counts: (name: string) => boolean = () => true,
  ): void {
    const run = prototype[method] as Method;
    const note = (object: object) => {
      const { name } = object.constructor;
      const known = Reflect.get(classes, name) === object.constructor;
      if (known && counts(name)) this.#pending?.add(`${group}.${name}`);
    };
    prototype[method] = function (...args) {
      note(this);
      return run.apply(this, args);
    };
  }
}
