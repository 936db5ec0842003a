import { join } from 'node:path';
import { dataFolder, parseOptions, whole } from '@flambeau/lesson-tools';
import type { RunOptions } from './run.js';

export const usage = `Shows what convolutions, padding, stride and pooling do to a picture.

  --data DIR   folder of photographs, or with pets/images inside; without it FLAMBEAU_DATA, and
               without both a generated picture
  --size N     pixels along a side (default 352)
  --seed N     of the augmentation (default 42)
  --out DIR    for the pictures (default out/convolutions)
  --help       shows this text`;

const names = {
  data: { type: 'string' },
  size: { type: 'string', default: '352' },
  seed: { type: 'string', default: '42' },
  out: { type: 'string', default: join('out', 'convolutions') },
  help: { type: 'boolean', default: false },
} as const;

/** See `Lesson.parse`. */
export function parseArguments(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): RunOptions | null {
  const values = parseOptions(args, names);
  if (values.help) return null;
  return {
    data: dataFolder(values.data, environment),
    size: whole('--size', values.size, 16),
    seed: whole('--seed', values.seed, 0),
    out: values.out,
  };
}
