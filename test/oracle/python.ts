import { spawnSync } from 'node:child_process';
import { torch } from '@flambeau/core';

/**
 * The Python that has PyTorch of the libtorch's minor version: FLAMBEAU_PYTHON, else python3.
 * @returns its path; undefined, with a message, where there is none.
 * @throws Error where there is none but FLAMBEAU_PYTHON is set, or CI is.
 */
export function findPython(): string | undefined {
  const given = process.env.FLAMBEAU_PYTHON;
  const python = given ?? 'python3';
  const problem = problemOf(python);
  if (problem === undefined) return python;
  const message =
    `no Python to compare with: ${python}: ${problem}. Set FLAMBEAU_PYTHON to one that has ` +
    `torch ${minorOf(torch.version)} and ${companions.join(', ')}.`;
  if (given !== undefined || process.env.CI) throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
  return undefined;
}

/** Modules that tests compare with, or read files by. They are not loaded here: that takes long. */
const companions = ['numpy', 'pandas', 'safetensors', 'sklearn', 'tensorboard', 'nbclient'];

const program = `
import importlib.util, sys, torch
missing = [name for name in sys.argv[1:] if importlib.util.find_spec(name) is None]
if missing: sys.exit('it has no ' + ', '.join(missing))
print(torch.__version__)`;

function problemOf(python: string): string | undefined {
  const args = ['-c', program, ...companions];
  const { status, error, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8' });
  if (error !== undefined) return error.message;
  if (status !== 0) return stderr.trim().split('\n').at(-1);
  const version = stdout.trim();
  if (minorOf(version) === minorOf(torch.version)) return undefined;
  return `it has torch ${version}, the libtorch in use is ${torch.version}`;
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
