import { type Handle, native } from '@flambeau/native';
import { isPlainObject } from './mapStructure.js';
import { Tensor } from './tensor.js';
import { track } from './tracking.js';

/** Number of scopes that are open. While it is not 0, the innermost owns every new tensor. */
export let openScopes = 0;

/**
 * An object with this method takes its tensors with it when it is returned from {@link tidy}:
 * a module its parameters, for instance.
 */
export const tensorsOf: unique symbol = Symbol('flambeau.tensorsOf');

export interface TensorHolder {
  [tensorsOf](): Iterable<Tensor>;
}

/** Makes the Tensor of a handle that nothing else holds. */
export function wrap(handle: Handle): Tensor {
  return new Tensor(handle);
}

/** {@link wrap}, or null for a tensor that is not there. */
export function wrapOrNull(handle: Handle | null): Tensor | null {
  return handle === null ? null : wrap(handle);
}

/**
 * Runs `fn` and frees every tensor made meanwhile, but those found in what `fn` returns: a tensor,
 * or arrays, plain objects, Maps, Sets and {@link TensorHolder}s of them, at any depth. Those pass
 * to the scope around this one; outside every scope the garbage collector frees them.
 * When `fn` throws, everything it made is freed.
 * @throws TypeError when `fn` is async or returns a promise: its tensors would be freed before it
 * had finished.
 */
export function tidy<T>(fn: () => T): T {
  if (isAsync(fn)) throw asyncError();
  const scope = new Scope();
  try {
    const result = fn();
    if (isPromise(result)) {
      result.then(undefined, () => {});
      throw asyncError();
    }
    scope.keepAllIn(result);
    return result;
  } finally {
    scope[Symbol.dispose]();
  }
}

/**
 * Takes a tensor out of every scope: from now on it lives until it is disposed or collected.
 * @returns the tensor.
 */
export function keep<T extends Tensor>(tensor: T): T {
  if (!tensor.tracked) {
    native.detachFromScopes(tensor.handle);
    track(tensor);
  }
  return tensor;
}

/**
 * A scope to be ended by `using`:
 * `using scope = new Scope(); …; return scope.keep(loss);`
 * Ends in the reverse order of its beginning among other scopes.
 */
export class Scope {
  readonly #kept: Tensor[] = [];
  readonly #depth: number;
  #open = true;

  constructor() {
    native.scopeBegin();
    this.#depth = ++openScopes;
  }

  /** Passes a tensor to the scope outside. */
  keep<T extends Tensor>(tensor: T): T {
    this.#kept.push(tensor);
    return tensor;
  }

  /** Passes every tensor found in `value` to the scope outside, as {@link tidy} does. */
  keepAllIn(value: unknown): void {
    if (value instanceof Tensor) this.#kept.push(value);
    else collectTensors(value, this.#kept, new Set());
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    if (this.#depth !== openScopes) {
      throw new Error(
        `scopes must end in the reverse order of their beginning: ` +
          `scope ${this.#depth} ends while ${openScopes} are open`,
      );
    }
    this.#open = false;
    openScopes--;
    native.scopeEnd(this.#kept.map((tensor) => tensor.handle));
    if (openScopes > 0) return;
    for (const tensor of this.#kept) if (!tensor.tracked && !tensor.isDisposed) track(tensor);
  }
}

function collectTensors(value: unknown, found: Tensor[], seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Tensor) found.push(value);
  else {
    for (const part of partsOf(value)) collectTensors(part, found, seen);
  }
}

function partsOf(value: object): Iterable<unknown> {
  if (isTensorHolder(value)) return value[tensorsOf]();
  if (Array.isArray(value) || value instanceof Set) return value as Iterable<unknown>;
  if (value instanceof Map) return value.values();
  return isPlainObject(value) ? Object.values(value) : [];
}

function isTensorHolder(value: object): value is TensorHolder {
  return typeof (value as Partial<TensorHolder>)[tensorsOf] === 'function';
}

function isAsync(fn: () => unknown): boolean {
  return Object.prototype.toString.call(fn) === '[object AsyncFunction]';
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
  );
}

function asyncError(): TypeError {
  return new TypeError(
    'tidy() takes a synchronous function: the tensors of an async one would be freed at its ' +
      'first await. Dispose of them yourself, or call tidy() around the synchronous parts.',
  );
}
