import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lessonAugmentation, photographsIn } from '@flambeau/lesson-tools';
import {
  getTransforms,
  type ImageDataBunch,
  ImageList,
  imagenetStats,
  type PaddingMode,
} from '@flambeau/vision';
import { generatePets } from './generate.js';

/** The breed is what stands before the number of a file. */
export const breedOf = /([^/]+)_\d+.jpg$/;

export interface LessonDataOptions {
  /** Pixels along a side. */
  readonly size: number;
  readonly batchSize: number;
  /** Default 'reflection'. */
  readonly paddingMode?: PaddingMode;
  /** Threads that make batches. Default 0. */
  readonly numWorkers?: number;
}

/** The lesson's chain, from a folder of photographs to batches. */
export function lessonData(folder: string, options: LessonDataOptions): ImageDataBunch {
  const { size, batchSize, paddingMode = 'reflection', numWorkers = 0 } = options;
  return ImageList.fromFolder(folder)
    .splitByRandPct(0.2, 2)
    .labelFromRe(breedOf)
    .transform(getTransforms(lessonAugmentation), { size, paddingMode })
    .databunch({ bs: batchSize, numWorkers })
    .normalize(imagenetStats);
}

/** Where the photographs of a run lie, and a line that says where they are from. */
export interface PetsSource extends Disposable {
  readonly folder: string;
  readonly origin: string;
}

/**
 * @param data a folder of photographs, or with pets/images or images inside; null for generated ones
 * @param count generated pictures of each breed
 */
export async function openPets(data: string | null, count: number): Promise<PetsSource> {
  if (data !== null) {
    const folder = photographsIn(data);
    return { folder, origin: `Data: ${folder}`, [Symbol.dispose]() {} };
  }
  const folder = mkdtempSync(join(tmpdir(), 'flambeau-pets-'));
  await generatePets(folder, count);
  return {
    folder,
    origin: 'Data: generated pictures, as there is neither --data nor FLAMBEAU_DATA',
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true });
    },
  };
}
