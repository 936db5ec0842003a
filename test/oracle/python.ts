import { spawnSync } from 'node:child_process';

/**
 * The Python that has PyTorch: FLAMBEAU_PYTHON, else python3.
 * @returns its path, or undefined where there is none, with a message; in CI that is an error.
 */
export function findPython(): string | undefined {
  const given = process.env.FLAMBEAU_PYTHON;
  const python = given ?? 'python3';
  const probe = spawnSync(python, ['-c', 'import torch, numpy'], { encoding: 'utf8' });
  if (probe.status === 0) return python;
  const reason = (probe.error?.message ?? probe.stderr).trim().split('\n').at(-1);
  const message =
    `no Python with torch and numpy to compare with: ${python}: ${reason}. ` +
    'Set FLAMBEAU_PYTHON to one that has the same torch version as the libtorch in use.';
  if (given !== undefined || process.env.CI) throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
  return undefined;
}
