import { capture } from '../lib/exec.mjs';
import { inRepo } from '../lib/paths.mjs';

/**
 * Compiles a TypeScript project and those it refers to; the compiler skips what is up to date.
 *
 * @param {string} [project] below the root of the checkout
 * @returns {Promise<string>}
 */
export async function compile(project = '.') {
  const compiler = inRepo('node_modules', 'typescript', 'bin', 'tsc');
  await capture(process.execPath, [compiler, '--build', inRepo(project)]);
  return 'compiled';
}
