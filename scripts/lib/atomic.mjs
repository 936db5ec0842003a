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
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}.new-`);
  try {
    await fill(temporary);
    try {
      renameSync(temporary, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
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
