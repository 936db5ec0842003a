import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../native/loader/src/cache.mjs';
import { makeFolder } from '../lib/atomic.mjs';
import { capture } from '../lib/exec.mjs';
import { pip } from '../lib/pip.mjs';
import { announce } from '../lib/progress.mjs';
import { findPython } from '../lib/python.mjs';

/**
 * What is installed, in this order: first what has to be of one kind, a PyTorch for the CPU or for
 * CUDA, wherever that comes from; then what may come from elsewhere.
 *
 * @param {string} torch
 */
const installations = (torch) => [
  [`torch==${torch}`, 'numpy>=2', 'pandas>=2.2', 'safetensors>=0.5'],
  ['scikit-learn>=1.5', 'tensorboard>=2.18', 'nbclient>=0.10'],
];

/**
 * A Python with the PyTorch that tests and benchmarks compare with: the one that has the libtorch
 * in use. Made once in the shared cache, unless `FLAMBEAU_PYTHON` names one.
 *
 * @param {string} torch '2.13.0'
 * @param {import('../lib/progress.mjs').Report} report
 * @returns {Promise<string>} the interpreter
 */
export async function providePython(torch, report) {
  if (process.env.FLAMBEAU_PYTHON) return process.env.FLAMBEAU_PYTHON;
  const { program, version } = findPython('venv');
  const groups = installations(torch);
  const contents = createHash('sha256').update(JSON.stringify(groups)).digest('hex').slice(0, 8);
  const folder = join(cacheFolder(), 'python', `${version}-torch-${torch}-${contents}`);
  if (!existsSync(folder)) {
    await makeFolder(folder, async (temporary) => {
      await capture(program, ['-m', 'venv', temporary]);
      for (const packages of groups) {
        announce(report, `pip install ${packages.join(' ')}`);
        await pip(interpreterIn(temporary), ['install', ...packages], report);
      }
    });
  }
  return interpreterIn(folder);
}

/** @param {string} environment */
function interpreterIn(environment) {
  return process.platform === 'win32'
    ? join(environment, 'Scripts', 'python.exe')
    : join(environment, 'bin', 'python');
}
