import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../native/loader/src/cache.mjs';
import { defaultVersion } from '../../native/loader/src/libtorch.mjs';
import { makeFolder } from '../lib/atomic.mjs';
import { capture } from '../lib/exec.mjs';
import { pip } from '../lib/pip.mjs';
import { announce } from '../lib/progress.mjs';
import { findPython } from '../lib/python.mjs';

const packages = [`torch==${defaultVersion}`, 'numpy>=2', 'pandas>=2.2', 'safetensors>=0.5'];

/**
 * A Python with the PyTorch that tests and benchmarks compare with. Made once in the shared cache,
 * unless `FLAMBEAU_PYTHON` names one.
 *
 * @param {import('../lib/progress.mjs').Report} report
 * @returns {Promise<string>} the interpreter
 */
export async function providePython(report) {
  if (process.env.FLAMBEAU_PYTHON) return process.env.FLAMBEAU_PYTHON;
  const { program, version } = findPython('venv');
  const folder = join(cacheFolder(), 'python', `${version}-torch-${defaultVersion}`);
  if (!existsSync(folder)) {
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
