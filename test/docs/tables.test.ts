import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ellipsis,
  formatTensor,
  linalg,
  memory,
  nn,
  slice,
  Tensor,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { afterAll, describe, expect, test } from 'vitest';
import { findPython } from '../oracle/python.js';

const guide = join(import.meta.dirname, '..', '..', 'docs', 'python-to-typescript.md');
const testedSections = ['Indexing', 'Operators and methods', 'Making tensors'];

interface Row {
  readonly python: string;
  readonly typescript: string;
}

const liveBefore = memory.liveTensors();
afterAll(() => expect(memory.liveTensors()).toBe(liveBefore));

const rows = testedSections.flatMap(rowsOf);

function rowsOf(section: string): Row[] {
  const text = readFileSync(guide, 'utf8').split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...text.matchAll(/^\| `(.+)` \| `(.+)` \|$/gm)].map(([, python, typescript]) => ({
    python: python as string,
    typescript: typescript as string,
  }));
}

/** Runs every row in one Python; a statement shows what it did to `x`. */
const pythonProgram = `
import json, sys, torch
def run(code):
    scope = {"torch": torch, "x": torch.arange(24.).reshape(2, 3, 4), "i": torch.tensor([2, 0])}
    try:
        return repr(eval(code, scope))
    except SyntaxError:
        exec(code, scope)
        return repr(scope["x"])
json.dump([run(code) for code in json.load(sys.stdin)], sys.stdout)
`;

function printedByPython(interpreter: string): string[] {
  return JSON.parse(
    execFileSync(interpreter, ['-c', pythonProgram], {
      input: JSON.stringify(rows.map((row) => row.python)),
      encoding: 'utf8',
    }),
  ) as string[];
}

function printedByTypeScript(code: string): string {
  return tidy(() => {
    const names = { ellipsis, linalg, nn, slice, tensor, torch };
    const x = torch.arange(24).to('float32').reshape([2, 3, 4]);
    const i = tensor([2n, 0n]);
    const run = new Function(...Object.keys(names), 'x', 'i', `return ${code};`);
    const result: unknown = run(...Object.values(names), x, i);
    if (!(result instanceof Tensor)) throw new TypeError(`${code} gives no tensor`);
    return formatTensor(result);
  });
}

const python = findPython();

test('the guide has rows in every tested section', () => {
  for (const section of testedSections) expect(rowsOf(section).length).toBeGreaterThan(5);
});

describe.skipIf(python === undefined)('both columns of the guide print the same', () => {
  const expected = python === undefined ? [] : printedByPython(python);
  test.each(rows.map((row, index) => [row.python, row.typescript, index] as const))(
    '%s',
    (_, typescript, index) => {
      expect(printedByTypeScript(typescript)).toBe(expected[index]);
    },
  );
});
