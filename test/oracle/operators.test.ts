import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { manualSeed, tidy } from '@flambeau/core';
import { native } from '@flambeau/native';
import { afterAll, expect, it } from 'vitest';
import { difference } from './compare.js';
import { exceptionFor, notCallable } from './exceptions.js';
import { callableOf, fromPython, type OperatorCase } from './operatorCase.js';
import { describeWithOracle, type Evaluation, gradientDifference, tensorsIn } from './oracle.js';

/** Samples of each operator: the first dtype gets so many, the others one each. */
const samples = 4;

describeWithOracle('operators against PyTorch', async (oracle) => {
  const entries = (await oracle.call('opinfo', 'operators')) as string[];
  const operators = new Set<string>();
  const overloads = recordOverloads();

  it.each(entries)('%s', async (entry) => {
    const inputs = { operator: entry, seed: oracle.seed, limit: samples };
    const { cases, failed } = (await oracle.call('opinfo', 'cases', inputs)) as unknown as Sampled;
    const differences: string[] = [];
    for (const sample of cases) {
      const reason = exceptionFor(sample);
      const found = reason === undefined ? tidy(() => run(sample)) : undefined;
      if (found !== undefined) differences.push(`${describeCase(sample)}: ${found}`);
      else if (reason === undefined) operators.add(`${sample.namespace}.${sample.name}`);
    }
    expect(differences).toEqual([]);
    expect(failed.filter((text) => !notCallable.test(text))).toEqual([]);
  });

  it('compares at least 400 operators', () => {
    const base = new Set([...operators].map((name) => name.replace(/^Tensor\.|_$/g, '')));
    expect(base.size).toBeGreaterThanOrEqual(400);
  });

  afterAll(() => {
    const folder = fileURLToPath(new URL('../../coverage/', import.meta.url));
    mkdirSync(folder, { recursive: true });
    const compared = {
      seed: oracle.seed,
      operators: [...operators].sort(),
      overloads: [...overloads].sort(),
    };
    writeFileSync(`${folder}operators.json`, JSON.stringify(compared, undefined, 1));
  });
});

interface Sampled {
  readonly cases: readonly OperatorCase[];
  readonly failed: readonly string[];
}

/** Runs our side of a case; gives what differs from Python. */
function run(sample: OperatorCase): string | undefined {
  const operator = callableOf(sample);
  if (typeof operator === 'string') return operator;
  const leaves: Parameters<typeof gradientDifference>[1][number][] = [];
  const args = fromPython(sample.arguments, leaves) as unknown[];
  const options = fromPython(sample.options, leaves) as Record<string, unknown>;
  manualSeed(sample.seed);
  try {
    const result = operator(args, options);
    const expected: Evaluation = sample;
    return (
      difference(result, expected.result) ??
      gradientDifference(tensorsIn(result), leaves, expected, {})
    );
  } catch (error) {
    return `threw ${error instanceof Error ? `${error.name}: ${error.message}` : error}`;
  }
}
