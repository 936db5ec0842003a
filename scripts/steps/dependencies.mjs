import { existsSync, readFileSync } from 'node:fs';
import { capture } from '../lib/exec.mjs';
import { inRepo } from '../lib/paths.mjs';
import { announce } from '../lib/progress.mjs';
import { SetupError } from '../lib/setup-error.mjs';

/**
 * Installs the npm packages of package-lock.json, unless node_modules holds just them.
 *
 * @param {import('../lib/progress.mjs').Report} report
 */
export async function installDependencies(report) {
  if (isInstalled()) return 'up to date';
  announce(report, 'npm ci');
  try {
    await npm('ci', '--prefer-offline', '--no-audit', '--no-fund');
  } catch (error) {
    if (!(error instanceof SetupError) || !unreachable.test(error.message)) throw error;
    throw new SetupError(
      `${error.message}\n\nnpm could not reach its registry. Is there a network? ` +
        '`npm config get registry` and `npm config get proxy` say where it looks.',
    );
  }
  return 'installed by npm ci';
}

const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/;

/** @param {...string} args */
function npm(...args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return capture(process.execPath, [script, ...args]);
  return capture(process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
}

/**
 * npm records what it installed in a lock file of its own. Packages for other systems are missing
 * there and may be.
 */
function isInstalled() {
  const record = inRepo('node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = readPackages(record);
  return Object.entries(readPackages(inRepo('package-lock.json'))).every(
    ([path, { version, optional }]) =>
      !path.includes('node_modules/') ||
      (installed[path] ? installed[path].version === version : optional === true),
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
