/**
 * Prints how many of PyTorch's public modules, functionals, optimisers and schedulers there are
 * here, and how many gave what Python gives in the tests, which it runs first.
 *
 *     npm run coverage:nn -- [--list] [--last]
 *
 * `--list` also names those that are missing or were not compared. `--last` counts what the tests
 * compared when they last ran instead of running them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nn, optim } from '@flambeau/core';
import Table from 'cli-table3';
import type { NnGroup } from '../oracle/nnRecorder.js';
import { findPython } from '../oracle/python.js';
import { ourName } from './overloads.js';
import { coverageFolder, runTests } from './tests.js';

const groups: readonly (readonly [NnGroup, ours: object])[] = [
  ['modules', nn],
  ['functionals', nn.functional],
  ['optimizers', optim],
  ['schedulers', optim.lrScheduler],
];

const records = join(coverageFolder, 'nn');

const { values: options } = parseArgs({
  options: { list: { type: 'boolean' }, last: { type: 'boolean' } },
});

const python = findPython();
if (python === undefined) process.exitCode = 1;
else {
  if (!options.last) {
    rmSync(records, { recursive: true, force: true });
    runTests('packages/core/test/nn-', 'packages/core/test/optim-');
  }
  print(publicNames(python), comparedNames(), options.list ?? false);
}

function publicNames(python: string): Readonly<Record<NnGroup, readonly string[]>> {
  // From the folder of the built program to the source.
  const program = fileURLToPath(new URL('../../coverage/public_names.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, ['-W', 'ignore', program], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Python could not list its names: ${stderr}`);
  return JSON.parse(stdout);
}

/** 'modules.Linear' and the like, from what every test file wrote. */
function comparedNames(): ReadonlySet<string> {
  const files = existsSync(records) ? readdirSync(records) : [];
  return new Set(
    files.flatMap((file) => JSON.parse(readFileSync(join(records, file), 'utf8')) as string[]),
  );
}

function print(
  names: Readonly<Record<NnGroup, readonly string[]>>,
  compared: ReadonlySet<string>,
  list: boolean,
): void {
  const table = new Table({
    head: ['', 'PyTorch', 'present', '', 'compared', ''],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const notes: string[] = [];
  for (const [group, ours] of groups) {
    const own = (name: string) => (group === 'functionals' ? ourName(name) : name);
    const all = names[group];
    const missing = all.filter((name) => !(own(name) in ours));
    const alike = all.filter((name) => compared.has(`${group}.${own(name)}`));
    const present = all.length - missing.length;
    const untested = all.filter((name) => !missing.includes(name) && !alike.includes(name));
    table.push([
      group,
      all.length,
      present,
      percent(present, all.length),
      alike.length,
      percent(alike.length, all.length),
    ]);
    notes.push(
      `${group}, missing: ${missing.join(', ') || 'none'}`,
      `${group}, not compared: ${untested.join(', ') || 'none'}`,
    );
  }
  console.log(table.toString());
  if (list) console.log(`\n${notes.join('\n')}`);
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
