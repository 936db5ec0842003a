import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { manualSeed, noGrad, type Tensor, tidy } from '@flambeau/core';
import { afterAll, expect, it } from 'vitest';
import { difference } from './compare.js';
import { cannotRun, comparesOut, exceptionFor, exceptions, outExceptions } from './exceptions.js';
import {
  callableOf,
  emptyOutput,
  fromPython,
  type Operator,
  type OperatorCase,
} from './operatorCase.js';
import { describeWithOracle, gradientDifference, tensorsIn } from './oracle.js';
import { OverloadRecorder } from './recorder.js';

/** Samples of each operator in the first dtype that it supports; the other dtypes get one each. */
const samplesPerOperator = 4;

const recorder = new OverloadRecorder();

/** What `python/opinfo.py` finds for one entry of PyTorch's operator database. */
interface Sampled {
  readonly cases: readonly OperatorCase[];
  /** Samples that Python could not run, and why. */
  readonly failed: readonly string[];
}

describeWithOracle('operators against PyTorch', async (oracle) => {
  const entries = (await oracle.call('opinfo', 'operators')) as string[];
  const compared = new Compared();
  const sampled = new Set<string>();

  it.each(entries)('%s', async (operator) => {
    const inputs = { operator, seed: oracle.seed, limit: samplesPerOperator };
    const { cases, failed } = (await oracle.call('opinfo', 'cases', inputs)) as unknown as Sampled;
    if (cases.length === 0) compared.pythonOnly.add(operator.replace('|', ' ').trim());
    const differences = cases.flatMap((sample) => {
      sampled.add(sample.aten);
      if (exceptionFor(sample) !== undefined) return [];
      const found = tidy(() => run(sample, compared));
      return found === undefined ? [] : [`${describeCase(sample)}: ${found}`];
    });
    expect(differences).toEqual([]);
    expect(failed.filter((reason) => !cannotRun.test(reason))).toEqual([]);
  });

  it('compares at least 400 operators', () => {
    expect(compared.operators.size).toBeGreaterThanOrEqual(400);
    expect(compared.differentiated.size).toBeGreaterThanOrEqual(250);
  });

  it('has no exception for an operator that is not sampled', () => {
    const listed = [...Object.keys(exceptions), ...Object.keys(outExceptions)];
    expect(listed.filter((operator) => !sampled.has(operator))).toEqual([]);
  });

  afterAll(() => compared.write(oracle.seed));
});

/** What gave the same as Python. */
class Compared {
  /** Names in the dispatcher, in-place forms not counted apart: 'add', 'linalg_solve'. */
  readonly operators = new Set<string>();
  /** Those of them whose gradients were compared. */
  readonly differentiated = new Set<string>();
  /** Entries of the database that no built-in operator gives the result of. */
  readonly pythonOnly = new Set<string>();
  readonly #publicNames = new Set<string>();
  readonly #overloads = new Set<string>();

  add(sample: OperatorCase, overloads: readonly string[]): void {
    const operator = sample.aten.replace(/(?<=[^_])_$/, '');
    this.operators.add(operator);
    if (sample.gradients.length > 0) this.differentiated.add(operator);
    this.#publicNames.add(`${sample.namespace}.${sample.name}`);
    for (const overload of overloads) this.#overloads.add(overload);
  }

  /** For `npm run coverage:ops`. */
  write(seed: number): void {
    const folder = fileURLToPath(new URL('../../coverage/', import.meta.url));
    const lists = {
      operators: this.operators,
      differentiated: this.differentiated,
      publicNames: this.#publicNames,
      overloads: this.#overloads,
      pythonOnly: this.pythonOnly,
    };
    const sorted = Object.entries(lists).map(([name, set]) => [name, [...set].sort()]);
    mkdirSync(folder, { recursive: true });
    const text = JSON.stringify({ seed, ...Object.fromEntries(sorted) }, undefined, 1);
    writeFileSync(`${folder}operators.json`, text);
  }
}

/** Runs our side of a case; gives what differs from Python. */
function run(sample: OperatorCase, compared: Compared): string | undefined {
  const operator = callableOf(sample);
  if (typeof operator === 'string') return operator;
  try {
    const found = compareResult(operator, sample, compared);
    return found ?? (comparesOut(sample) ? compareOut(operator, sample, compared) : undefined);
  } catch (error) {
    return `threw ${error instanceof Error ? `${error.name}: ${error.message}` : error}`;
  }
}

function compareResult(operator: Operator, sample: OperatorCase, compared: Compared) {
  const leaves: Tensor[] = [];
  const args = fromPython(sample.arguments, leaves) as unknown[];
  const options = fromPython(sample.options, leaves) as Record<string, unknown>;
  manualSeed(sample.seed);
  recorder.take();
  const result = operator(args, options);
  const overloads = recorder.take();
  const found =
    difference(result, sample.result) ?? gradientDifference(tensorsIn(result), leaves, sample, {});
  if (found === undefined) compared.add(sample, overloads);
  return found;
}

/** The same values must be written to tensors that are given for them. */
function compareOut(operator: Operator, sample: OperatorCase, compared: Compared) {
  const args = fromPython(sample.arguments, []) as unknown[];
  const options = fromPython(sample.options, []) as Record<string, unknown>;
  const out = emptyOutput(sample.result);
  return noGrad(() => {
    manualSeed(sample.seed);
    recorder.take();
    operator(args, { ...options, out });
    const overloads = recorder.take();
    // Where nothing is recorded, libtorch may choose another algorithm.
    const found = difference(out, sample.result, { relative: 1e-4, absolute: 1e-4 });
    if (found === undefined) compared.add(sample, overloads);
    return found && `out: ${found}`;
  });
}

function describeCase({ form, namespace, name, dtype, seed }: OperatorCase): string {
  return `${namespace}.${name} (${form}, ${dtype}, FLAMBEAU_SEED=${seed})`;
}
