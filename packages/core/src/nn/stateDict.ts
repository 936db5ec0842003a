import { noGrad } from '../autograd/gradMode.js';
import { Tensor } from '../tensor/tensor.js';
import { sameShape, shapeText } from './shapes.js';

/** Tensors by the names that Python gives to them: `layers.0.weight`, `running_mean`. */
export type StateDict = Record<string, Tensor>;

/** Names that a model and a state dictionary do not share. */
export interface KeyMismatch {
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];
}

/** {@link KeyMismatch}, as a hook may change it. */
export interface MutableKeyMismatch {
  missingKeys: string[];
  unexpectedKeys: string[];
}

/** What is wrong with a state dictionary. A hook may add to it while it is loaded. */
export interface LoadProblems extends MutableKeyMismatch {
  /** Sentences; one is enough for the loading to fail. */
  readonly errors: string[];
}

/** A state dictionary that does not fit the model. Lists all that is wrong with it. */
export class StateDictError extends Error implements KeyMismatch {
  override name = 'StateDictError';
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];

  constructor(module: string, problems: readonly string[], mismatch: KeyMismatch) {
    super(`Error(s) in loading state_dict for ${module}:\n\t${problems.join('\n\t')}`);
    this.missingKeys = mismatch.missingKeys;
    this.unexpectedKeys = mismatch.unexpectedKeys;
  }
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/** What one module of a model takes from a state dictionary. */
export interface OwnState {
  /** What its names begin with in the dictionary. */
  readonly prefix: string;
  readonly tensors: Iterable<[name: string, tensor: Tensor]>;
  readonly children: ReadonlySet<string>;
  /** Names that the dictionary may leave out. */
  readonly optional: readonly string[];
}

/** A state dictionary held against a model, one module after the other, and then copied. */
export class StateLoading implements LoadProblems {
  missingKeys: string[] = [];
  unexpectedKeys: string[] = [];
  readonly errors: string[] = [];
  readonly #pairs: { target: Tensor; value: Tensor }[] = [];
  readonly #postHooks: (() => void)[] = [];

  /** Notes what a module takes, and what is missing or left over of the names it owns. */
  match(source: Readonly<StateDict>, { prefix, tensors, children, optional }: OwnState): void {
    const names = new Set<string>();
    for (const [name, target] of tensors) {
      names.add(name);
      const key = prefix + name;
      if (Object.hasOwn(source, key)) this.#pair(key, target, source[key]);
      else if (!optional.includes(name)) this.missingKeys.push(key);
    }
    for (const key of Object.keys(source)) {
      if (!key.startsWith(prefix)) continue;
      const [first, ...rest] = key.slice(prefix.length).split('.');
      const owners = rest.length > 0 ? children : names;
      if (!owners.has(first as string)) this.unexpectedKeys.push(key);
    }
  }

  #pair(key: string, target: Tensor, value: unknown): void {
    if (!(value instanceof Tensor)) {
      this.errors.push(`${key} must be a Tensor, got ${value === null ? 'null' : typeof value}.`);
    } else if (!sameShape(target, value)) {
      this.errors.push(
        `size mismatch for ${key}: copying a param with shape ${shapeText(value)} from ` +
          `checkpoint, the shape in current model is ${shapeText(target)}.`,
      );
    } else {
      this.#pairs.push({ target, value });
    }
  }

  /** Runs `hook` once all is copied, in the order of the calls. */
  afterwards(hook: (mismatch: MutableKeyMismatch) => void): void {
    this.#postHooks.push(() => hook(this));
  }

  /**
   * Copies all values in place, or changes nothing when one does not fit or, with `strict`, a name
   * is missing or unknown. Where there are hooks for afterwards, which may excuse a name, the names
   * are judged after them.
   * @param module the name that an error speaks of
   */
  copy(module: string, strict: boolean): KeyMismatch {
    this.#judge(module, strict && this.#postHooks.length === 0);
    noGrad(() => {
      for (const { target, value } of this.#pairs) target.copy_(value);
    });
    for (const hook of this.#postHooks) hook();
    this.#judge(module, strict);
    return { missingKeys: this.missingKeys, unexpectedKeys: this.unexpectedKeys };
  }

  #judge(module: string, names: boolean): void {
    const problems: string[] = [];
    if (names && this.missingKeys.length > 0) {
      problems.push(`Missing key(s) in state_dict: ${quoted(this.missingKeys)}.`);
    }
    if (names && this.unexpectedKeys.length > 0) {
      problems.push(`Unexpected key(s) in state_dict: ${quoted(this.unexpectedKeys)}.`);
    }
    problems.push(...this.errors);
    if (problems.length > 0) throw new StateDictError(module, problems, this);
  }
}
