import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { DataError } from '@flambeau/core';

/** The endings of the files that are taken for images. */
export const imageExtensions: readonly string[] = [
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.avif',
  '.gif',
  '.tif',
  '.tiff',
  '.svg',
];

export interface ImageFilesOptions {
  /** Endings of files, with the dot. Default {@link imageExtensions}. */
  readonly extensions?: readonly string[];
  /** Looks into folders in the folder too. Default true. */
  readonly recurse?: boolean;
  /** Only these folders in the folder. Default all. */
  readonly include?: readonly string[];
  /** Not these folders in the folder. */
  readonly exclude?: readonly string[];
}

export const imageFilesOptions = [
  'extensions',
  'recurse',
  'include',
  'exclude',
] as const satisfies readonly (keyof ImageFilesOptions)[];

/**
 * The paths of the images in a folder, in the order of their code points: always the same, so that a
 * seed always splits them alike. Hidden files and folders are passed over.
 * @throws DataError for a folder without images, and for one that cannot be read
 */
export function getImageFiles(folder: string, options: ImageFilesOptions = {}): string[] {
  const { extensions = imageExtensions, recurse = true, include, exclude = [] } = options;
  const endings = new Set(extensions.map((extension) => extension.toLowerCase()));
  const isWanted = (name: string) => !exclude.includes(name) && (include?.includes(name) ?? true);
  const found: string[] = [];
  const walk = (directory: string, isTop: boolean): void => {
    for (const entry of entriesOf(directory)) {
      const { name } = entry;
      if (name.startsWith('.')) continue;
      const path = join(directory, name);
      if (entry.isDirectory()) {
        if (recurse && (!isTop || isWanted(name))) walk(path, false);
      } else if (endings.has(extname(name).toLowerCase())) {
        found.push(path);
      }
    }
  };
  walk(folder, true);
  if (found.length === 0) {
    throw new DataError(`there are no images in '${folder}' (${[...endings].join(', ')})`);
  }
  return found.sort(byCodePoint);
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    throw new DataError(`'${directory}' cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** UTF-8 orders texts as their code points do; UTF-16, which `<` compares, does not. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
