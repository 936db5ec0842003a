import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Holds one folder for each libtorch minor that an addon was built for. */
export const addonsFolder = fileURLToPath(new URL('../../addons', import.meta.url));

/**
 * Where node-gyp-build looks for the addon of a libtorch minor: in `build/Release` or `prebuilds`.
 *
 * @param {string} minor '2.13'
 * @returns {string}
 */
export function addonFolder(minor) {
  return join(addonsFolder, `torch-${minor}`);
}
