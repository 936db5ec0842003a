import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder that `--data` names, or else FLAMBEAU_DATA; null without both. */
export function dataFolder(
  given: string | undefined,
  environment: NodeJS.ProcessEnv,
): string | null {
  return given ?? (environment.FLAMBEAU_DATA || null);
}

/** Where the pets' photographs lie: in pets/images or images of a folder, or in itself. */
export function photographsIn(data: string): string {
  const folders = [join(data, 'pets', 'images'), join(data, 'images')];
  return folders.find((it) => existsSync(it)) ?? data;
}
