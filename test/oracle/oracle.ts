/**
 * Python's PyTorch as the judge of ours.
 *
 * ```ts
 * describeWithOracle('add', (oracle) => {
 *   it('scales the second operand', () =>
 *     oracle.compare(
 *       ({ a, b }) => torch.add(a, b, { alpha: 2 }),
 *       'torch.add(a, b, alpha=2)',
 *       { a: torch.randn(3, 4), b: torch.randn(4) },
 *       { gradients: true },
 *     ));
 * });
 * ```
 *
 * The inputs become variables of the Python code, which is an expression, or statements that set
 * `result`; torch, nn and F are there. Compared are values, dtypes, shapes and layouts, and with
 * `gradients` the gradients of all floating inputs along random directions of the outputs.
 * Both sides draw random numbers from the same seed. It changes from run to run; it is printed,
 * and FLAMBEAU_SEED repeats it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { autograd, manualSeed, memory, Tensor, tidy } from '@flambeau/core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { difference, type Tolerance } from './compare.js';
import { NnRecorder } from './nnRecorder.js';
import { findPython } from './python.js';
import {
  ByteReader,
  decodeValue,
  Encoder,
  type Frame,
  type Input,
  type Output,
  readFrame,
  toTensor,
} from './wire.js';

export type { Input, Output } from './wire.js';

export interface CompareOptions extends Partial<Tolerance> {
  /** Compare the gradients of floating inputs too. Default false. */
  readonly gradients?: boolean;
}

/** What a Python function or snippet gave. */
export interface Evaluation {
  readonly result: Output;
  /** A direction for each differentiable output tensor, null for the others. */
  readonly cotangents: readonly Output[];
  /** One for each input that requires grad; null where no output depends on it. */
  readonly gradients: readonly Output[];
}

const used = new NnRecorder();

/** One Python process, which answers one request after another. */
export class Oracle {
  /** What random numbers start from in this run. */
  readonly seed = runSeed();
  readonly #python: string;
  #process: ChildProcess | undefined;
  #reader: ByteReader | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(python: string) {
    this.#python = python;
  }

  /**
   * Fails the test when `ours` differs from what `python` gives for the same inputs.
   * @param ours is given copies of the inputs; with `gradients` the floating ones require grad.
   */
  async compare<Inputs extends Readonly<Record<string, Input>>>(
    ours: (inputs: Inputs) => unknown,
    python: string,
    inputs: Inputs,
    options: CompareOptions = {},
  ): Promise<void> {
    const leaves: Tensor[] = [];
    const copies = tidy(() => copyOf(inputs, options.gradients ?? false, leaves)) as Inputs;
    try {
      const expected = await this.evaluate(python, copies, options);
      const found = tidy(() => {
        manualSeed(this.seed);
        used.begin();
        const actual = ours(copies);
        used.end();
        return (
          difference(actual, expected.result, options) ??
          (options.gradients ? gradientDifference(actual, leaves, expected, options) : undefined)
        );
      });
      if (found === undefined) used.accept();
      expect(found, `${python} (FLAMBEAU_SEED=${this.seed})`).toBeUndefined();
    } finally {
      for (const copy of tensorsIn(copies)) copy.dispose();
    }
  }

  /** Runs a snippet; with `gradients`, differentiates by the inputs that require grad. */
  async evaluate(
    python: string,
    inputs: Readonly<Record<string, Input>> = {},
    options: { readonly gradients?: boolean } = {},
  ): Promise<Evaluation> {
    const encoder = new Encoder();
    const header = {
      operation: 'evaluate',
      code: python,
      seed: this.seed,
      gradients: options.gradients ?? false,
      inputs: mapValues(inputs, (value) => encoder.value(value)),
    };
    const { result, cotangents, gradients } = await this.#request(encoder.frame(header));
    return {
      result: result ?? null,
      cotangents: (cotangents ?? []) as Output[],
      gradients: (gradients ?? []) as Output[],
    };
  }

  /** Calls a function of a module in the folder `python`. */
  async call(
    module: string,
    name: string,
    inputs: Readonly<Record<string, Input>> = {},
  ): Promise<Output> {
    const encoder = new Encoder();
    const values = mapValues(inputs, (value) => encoder.value(value));
    const header = { operation: 'call', module, function: name, arguments: { dict: values } };
    return (await this.#request(encoder.frame(header))).result ?? null;
  }

  /** Ends the process. */
  close(): void {
    this.#process?.stdin?.end();
    this.#process = undefined;
    this.#reader = undefined;
  }

  async #request(frame: Uint8Array): Promise<Partial<Record<string, Output>>> {
    const answer = this.#last.then(async () => {
      const reader = this.#start();
      this.#process?.stdin?.write(frame);
      return readFrame(reader);
    });
    this.#last = answer.catch(() => {});
    return contentsOf(await answer);
  }

  #start(): ByteReader {
    if (this.#reader !== undefined) return this.#reader;
    const server = fileURLToPath(new URL('python/server.py', import.meta.url));
    const child = spawn(this.#python, ['-W', 'ignore', server], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#process = child;
    this.#reader = new ByteReader(child.stdout);
    return this.#reader;
  }
}

/**
 * A vitest suite that has an {@link Oracle}. It is skipped, and says so, where there is no Python
 * with torch; in CI it fails. It also checks that the tests leave no tensor behind.
 */
export function describeWithOracle(
  name: string,
  define: (oracle: Oracle) => void | Promise<void>,
): void {
  const python = findPython();
  describe.skipIf(python === undefined)(name, async () => {
    if (python === undefined) return;
    const oracle = new Oracle(python);
    let tensors = 0;
    beforeAll(() => {
      console.info(`${name}: FLAMBEAU_SEED=${oracle.seed}`);
      tensors = memory.liveTensors();
      manualSeed(oracle.seed);
    });
    afterAll(async () => {
      oracle.close();
      used.write();
      await collectGarbage();
      expect(memory.liveTensors(), 'live tensors').toBeLessThanOrEqual(tensors);
    });
    await define(oracle);
  });
}

/** Frees the tensors that nothing refers to, those that tests made outside a scope. */
async function collectGarbage(): Promise<void> {
  if (globalThis.gc === undefined) throw new Error('run the tests with --expose-gc');
  for (let round = 0; round < 3; round++) {
    globalThis.gc();
    await setImmediate();
  }
}

function runSeed(): number {
  const given = process.env.FLAMBEAU_SEED;
  if (given === undefined) return Math.floor(Math.random() * 2 ** 31);
  const seed = Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`FLAMBEAU_SEED is not a number: '${given}'`);
  return seed;
}

function contentsOf({ header, tensors }: Frame): Partial<Record<string, Output>> {
  if (header.error !== undefined) throw new Error(`Python: ${header.error}\n${header.trace}`);
  return mapValues(header, (value) => decodeValue(value, tensors));
}

/** How the gradients of `leaves` differ from Python's, along the directions it chose. */
export function gradientDifference(
  result: unknown,
  leaves: readonly Tensor[],
  expected: Evaluation,
  tolerance: Partial<Tolerance>,
): string | undefined {
  const outputs: Tensor[] = [];
  const directions: Tensor[] = [];
  for (const [i, output] of tensorsIn(result).entries()) {
    const cotangent = expected.cotangents[i];
    if (cotangent === null || cotangent === undefined) continue;
    if (!output.requiresGrad) return `result ${i} does not require grad, in Python it does`;
    outputs.push(output);
    directions.push(toTensor(cotangent as Parameters<typeof toTensor>[0]));
  }
  if (outputs.length === 0) return undefined;
  const gradients = autograd.grad(outputs, leaves, {
    gradOutputs: directions,
    allowUnused: true,
  });
  const found = difference(gradients, expected.gradients, tolerance);
  return found && `gradient ${found}`;
}

/** All tensors in a value, in order. */
export function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(tensorsIn);
}

function copyOf(value: unknown, asLeaves: boolean, leaves: Tensor[]): unknown {
  if (value instanceof Tensor) {
    const copy = value.detach().clone();
    if (asLeaves && (copy.isFloatingPoint() || copy.isComplex())) leaves.push(copy.requiresGrad_());
    return copy;
  }
  if (Array.isArray(value)) return value.map((item) => copyOf(item, asLeaves, leaves));
  const isRecord = typeof value === 'object' && value !== null && !('re' in value);
  return isRecord ? mapValues(value, (item) => copyOf(item, asLeaves, leaves)) : value;
}

function mapValues<In, Out>(
  record: Readonly<Record<string, In>> | object,
  map: (value: In) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
