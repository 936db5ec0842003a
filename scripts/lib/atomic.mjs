import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Makes a folder that other processes see whole or not at all. When another process was faster,
 * its folder stays.
 *
 * @param {string} folder
 * @param {(temporary: string) => void | Promise<void>} fill Writes into a folder beside it.
 */
export async function makeFolder(folder, fill) {
  if (existsSync(folder)) return;
  await inTemporaryFolder(`${folder}.new-`, async (temporary) => {
    await fill(temporary);
    try {
      renameSync(temporary, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
  });
}

/**
 * Runs work in a folder of its own that is removed afterwards, also when the user interrupts it.
 *
 * @template T
 * @param {string} prefix
 * @param {(temporary: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inTemporaryFolder(prefix, work) {
  mkdirSync(dirname(prefix), { recursive: true });
  const temporary = mkdtempSync(prefix);
  const remove = () => rmSync(temporary, { recursive: true, force: true });
  const end = () => process.exit(130);
  process.once('exit', remove).once('SIGINT', end).once('SIGTERM', end);
  try {
    return await work(temporary);
  } finally {
    process.off('exit', remove).off('SIGINT', end).off('SIGTERM', end);
    remove();
  }
}

/**
 * Copies a file over another that a running process may have open.
 *
 * @param {string} from
 * @param {string} to
 */
export function replaceFile(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  const temporary = join(dirname(to), `.new-${process.pid}`);
  copyFileSync(from, temporary);
  renameSync(temporary, to);
}
