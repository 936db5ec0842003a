import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder that all checkouts and installations of one user share: libtorch, built addons.
 *
 * `FLAMBEAU_CACHE`, else `flambeau` in the system's folder for caches.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 * @returns {string}
 */
export function cacheFolder(env = process.env, platform = process.platform) {
  if (env.FLAMBEAU_CACHE) return resolve(env.FLAMBEAU_CACHE);
  if (platform === 'win32') {
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'flambeau', 'cache');
  }
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'flambeau');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'flambeau');
}
