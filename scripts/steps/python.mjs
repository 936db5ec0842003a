import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../native/loader/src/cache.mjs';
import { makeFolder } from '../lib/atomic.mjs';
import { capture } from '../lib/exec.mjs';
import { pip } from '../lib/pip.mjs';
import { announce } from '../lib/progress.mjs';
import { findPython } from '../lib/python.mjs';

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
  const folder = join(cacheFolder(), 'python', `${version}-torch-${torch}`);
  if (!existsSync(folder)) {
    const packages = [`torch==${torch}`, 'numpy>=2', 'pandas>=2.2', 'safetensors>=0.5'];
    announce(report, `pip install ${packages.join(' ')}`);
    await makeFolder(folder, async (temporary) => {
      await capture(program, ['-m', 'venv', temporary]);
      await pip(interpreterIn(temporary), ['install', ...packages], report);
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
