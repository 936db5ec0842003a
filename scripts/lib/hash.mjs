import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * One hash over the names and contents of files and over further values.
 *
 * @param {readonly string[]} paths Files, or folders that stand for all files in them.
 * @param {readonly string[]} [values]
 * @returns {string}
 */
export function hashInputs(paths, values = []) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesIn(path)) {
      const content = readFileSync(file);
      hash.update(`${relative(path, file)}\0${content.length}\0`).update(content);
    }
  }
  for (const value of values) hash.update(`${value}\0`);
  return hash.digest('hex').slice(0, 32);
}

/**
 * @param {string} path
 * @returns {string[]} in an order that does not depend on the file system
 */
function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
