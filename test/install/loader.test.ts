import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { libtorch } from '@flambeau/native';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = `
  import('@flambeau/native').then(
    ({ libtorch }) => console.log(JSON.stringify({ version: libtorch.version })),
    ({ name, code, message }) => console.log(JSON.stringify({ name, code, message })),
  );
`;

interface Outcome {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly version?: string;
}

/** Loads the addon in a process of its own, with none of the variables that choose a libtorch. */
async function load(variables: NodeJS.ProcessEnv): Promise<Outcome> {
  const { FLAMBEAU_LIBTORCH, FLAMBEAU_USE_PYTHON_TORCH, FLAMBEAU_PYTHON, ...rest } = process.env;
  const env = { ...rest, FLAMBEAU_CACHE: folder, ...variables };
  const node = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    env,
  });
  return JSON.parse(node.stdout) as Outcome;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flambeau-loader-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A folder that looks like a libtorch of some version but holds no real library. */
function fakeLibtorch(version: string): string {
  mkdirSync(join(folder, 'lib'));
  for (const name of ['libtorch_cpu.so', 'libtorch_cpu.dylib', 'torch_cpu.dll']) {
    writeFileSync(join(folder, 'lib', name), '');
  }
  writeFileSync(join(folder, 'version.py'), `__version__ = '${version}'\n`);
  return folder;
}

test('takes the folder that FLAMBEAU_LIBTORCH names', async () => {
  const outcome = await load({ FLAMBEAU_LIBTORCH: libtorch.root });
  expect(outcome).toEqual({ version: libtorch.version });
});

test('says where libtorch can come from when there is none', async () => {
  const outcome = await load({});
  expect(outcome).toMatchObject({ name: 'LoadError', code: 'LIBTORCH_MISSING' });
  expect(outcome.message).toMatch(/npm run setup.*FLAMBEAU_LIBTORCH.*FLAMBEAU_USE_PYTHON_TORCH/);
});

test('does not look elsewhere when FLAMBEAU_LIBTORCH names a folder without libtorch', async () => {
  const outcome = await load({ FLAMBEAU_LIBTORCH: folder });
  expect(outcome.code).toBe('LIBTORCH_INVALID');
  expect(outcome.message).toContain(folder);
});

test('refuses a libtorch of another minor than the addon, and names both', async () => {
  const outcome = await load({ FLAMBEAU_LIBTORCH: fakeLibtorch('2.99.1+cpu') });
  expect(outcome.code).toBe('LIBTORCH_MISMATCH');
  expect(outcome.message).toContain('libtorch 2.99.1');
  expect(outcome.message).toMatch(new RegExp(`built for libtorch .*${libtorch.minor}`));
});

test("gives the system's words when a library cannot be opened", async () => {
  const outcome = await load({ FLAMBEAU_LIBTORCH: fakeLibtorch(`${libtorch.minor}.0`) });
  expect(outcome.code).toBe('LOAD_FAILED');
  expect(outcome.message).toContain(join(folder, 'lib'));
});
