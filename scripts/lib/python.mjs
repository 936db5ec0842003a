import { execFileSync } from 'node:child_process';
import { missing, programsOnPath, tools } from './tools.mjs';

/**
 * @typedef {object} Python
 * @property {string} program
 * @property {string} version '3.11'
 */

const describe = `
import importlib.util as u, sys
has = lambda m: u.find_spec(m) is not None
print(*sys.version_info[:2], has("pip"), has("venv") and has("ensurepip"))
`;

/**
 * The first Python on the PATH that is new enough and has what is needed; `FLAMBEAU_PYTHON` goes
 * before all.
 *
 * @param {'pip' | 'venv'} needed
 * @returns {Python}
 * @throws {import('./setup-error.mjs').SetupError} when there is none
 */
export function findPython(needed) {
  const names = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python'];
  const named = process.env.FLAMBEAU_PYTHON;
  /** @type {string[]} */
  const rejected = [];
  for (const program of (named ? [named, ...names] : names).flatMap(programsOnPath)) {
    const answer = ask(program);
    const [major, minor, pip, venv] = answer?.split(' ') ?? [];
    if (major === undefined) continue;
    if (Number(major) !== 3 || Number(minor) < 10) {
      rejected.push(`${program} is Python ${major}.${minor}`);
    } else if ((needed === 'pip' ? pip : venv) !== 'True') {
      rejected.push(`${program} has no ${needed}`);
    } else {
      return { program, version: `${major}.${minor}` };
    }
  }
  const tool = needed === 'venv' && rejected.length > 0 ? tools.venv : tools.python;
  throw missing(tool, rejected);
}

/** @param {string} program */
function ask(program) {
  try {
    return execFileSync(program, ['-c', describe], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}
