import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const script = join(import.meta.dirname, '..', '..', 'scripts', 'setup.mjs');
const empty = mkdtempSync(join(tmpdir(), 'flambeau-setup-'));
afterAll(() => rmSync(empty, { recursive: true }));

/** Set-up where the system has neither programs nor a cache of what was fetched before. */
function setupWithoutTools() {
  const { FLAMBEAU_LIBTORCH, FLAMBEAU_USE_PYTHON_TORCH, FLAMBEAU_PYTHON, CXX, ...rest } =
    process.env;
  const env = { ...rest, PATH: empty, FLAMBEAU_CACHE: empty };
  return spawnSync(process.execPath, [script], { env, encoding: 'utf8' });
}

test('set-up names every missing tool, and how each system gets it', () => {
  const { status, stdout, stderr } = setupWithoutTools();
  expect(status).toBe(1);
  expect(stdout).toContain('npm packages   up to date');
  for (const tool of ['Python', 'C\\+\\+20 compiler', 'CMake']) {
    expect(stderr).toMatch(
      new RegExp(`Missing: .*${tool}.*\n +Debian, Ubuntu +apt-get .*\n +macOS .*\n +Windows `),
    );
  }
  expect(stderr).not.toContain('    at ');
});
