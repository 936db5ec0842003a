import { defaultVersion, findLibtorch, minorOf } from '../../native/loader/src/libtorch.mjs';
import { findPython } from '../lib/python.mjs';
import { SetupError } from '../lib/setup-error.mjs';
import { requireCmake, requireCompiler } from '../lib/tools.mjs';
import { mustBuildAddon } from './addon.mjs';

/**
 * Checks, before anything long begins, that the system has all that the further steps will need,
 * and names all that is missing at once.
 *
 * @returns {string}
 */
export function checkTools() {
  const libtorch = findLibtorch();
  const version = libtorch?.version ?? defaultVersion;
  const checks = [
    () => libtorch ?? findPython('pip'),
    requireCompiler,
    () => {
      // Whether a build is cached depends on the compiler.
      const isCached =
        problemOf(requireCompiler) === null &&
        !mustBuildAddon({ version, minor: minorOf(version) });
      if (!isCached) requireCmake();
    },
  ];
  const problems = checks.map(problemOf).filter((problem) => problem !== null);
  if (problems.length > 0) throw new SetupError(problems.join('\n\n'));
  return 'complete';
}

/**
 * @param {() => unknown} check
 * @returns {string | null}
 */
function problemOf(check) {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    throw error;
  }
}
