import { readFileSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { DataError } from '@flambeau/core';

/**
 * The places of the files that have one of these names.
 * @throws DataError when none has
 */
export function rowsNamed(paths: readonly string[], names: Iterable<string>): number[] {
  const wanted = new Set(names);
  const rows = paths.flatMap((path, row) => (wanted.has(basename(path)) ? [row] : []));
  if (rows.length > 0 || wanted.size === 0) return rows;
  const [first] = wanted;
  throw new DataError(
    `none of the ${wanted.size} file names is that of an image, such as '${first}'`,
  );
}

/**
 * The places of the files that lie in a folder of `root`, or below it.
 * @throws DataError when none does
 */
export function rowsIn(paths: readonly string[], root: string, folder: string): number[] {
  const rows = paths.flatMap((path, row) =>
    relative(resolve(root), resolve(path)).split(sep)[0] === folder ? [row] : [],
  );
  if (rows.length === 0) throw new DataError(`no image lies in '${join(root, folder)}'`);
  return rows;
}

/**
 * The lines of a text file that are not empty.
 * @throws DataError for a file that cannot be read
 */
export function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '');
  } catch (error) {
    throw new DataError(`'${path}' cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
