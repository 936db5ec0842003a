import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, freemem } from 'node:os';
import { dirname, join } from 'node:path';
import { addonFolder } from '../../native/loader/src/addon.mjs';
import { cacheFolder } from '../../native/loader/src/cache.mjs';
import { makeFolder, replaceFile } from '../lib/atomic.mjs';
import { capture } from '../lib/exec.mjs';
import { hashInputs } from '../lib/hash.mjs';
import { inRepo } from '../lib/paths.mjs';
import { announce } from '../lib/progress.mjs';
import { requireCompiler } from '../lib/tools.mjs';

/** @typedef {import('../../native/loader/src/libtorch.mjs').Libtorch} Libtorch */
/** @typedef {import('../lib/progress.mjs').Report} Report */

/** What the build makes, the main addon last: a reader that finds it finds all. */
const products = [join('preload', 'flambeau_preload.node'), 'flambeau.node'];

/** What one compiler at work on libtorch's headers takes at most. */
const bytesPerCompiler = 2 * 2 ** 30;

/**
 * Builds the addon for a libtorch, or copies it from the shared cache where the same sources were
 * built by the same compiler against the same version before.
 *
 * @param {Libtorch} libtorch
 * @param {Report} report
 * @returns {Promise<string>} what was done
 */
export async function provideAddon(libtorch, report) {
  const { release, stamp, cached, key } = places(libtorch);
  if (isBuilt(libtorch)) return 'up to date';
  const wasCached = existsSync(cached);
  if (wasCached) {
    for (const name of products) replaceFile(join(cached, name), join(release, name));
  } else {
    await build(libtorch, dirname(release), report);
    if (addonKey(libtorch) !== key) {
      // An object may be newer than its source and yet made from the source's older text.
      rmSync(join(dirname(release), 'CMakeFiles', 'flambeau.dir', 'src'), { recursive: true });
      return 'built; its sources changed meanwhile, so the next run builds it again';
    }
    await makeFolder(cached, (temporary) => {
      for (const name of products) replaceFile(join(release, name), join(temporary, name));
    });
  }
  writeFileSync(stamp, key);
  return `for libtorch ${libtorch.minor} ${wasCached ? 'from the shared cache' : 'built'}`;
}

/**
 * Whether there is no addon yet, in the checkout or in the shared cache, for what is here now.
 *
 * @param {Pick<Libtorch, 'version' | 'minor'>} libtorch
 */
export function mustBuildAddon(libtorch) {
  return !isBuilt(libtorch) && !existsSync(places(libtorch).cached);
}

/** @param {Pick<Libtorch, 'version' | 'minor'>} libtorch */
function isBuilt(libtorch) {
  const { release, stamp, key } = places(libtorch);
  const isComplete = products.every((name) => existsSync(join(release, name)));
  return isComplete && existsSync(stamp) && readFileSync(stamp, 'utf8') === key;
}

/** @param {Pick<Libtorch, 'version' | 'minor'>} libtorch */
function places(libtorch) {
  const folder = join(addonFolder(libtorch.minor), 'build');
  const key = addonKey(libtorch);
  return {
    release: join(folder, 'Release'),
    stamp: join(folder, 'key'),
    cached: join(cacheFolder(), 'addons', key),
    key,
  };
}

/**
 * One hash of all that the addon is made from.
 *
 * @param {Pick<Libtorch, 'version'>} libtorch
 * @returns {string}
 */
export function addonKey(libtorch) {
  const require = createRequire(inRepo('native', 'package.json'));
  return hashInputs(
    [inRepo('native', 'src'), inRepo('native', 'CMakeLists.txt'), inRepo('cmake')],
    [
      compilerVersion(requireCompiler()),
      `libtorch ${libtorch.version}`,
      `node-addon-api ${require('node-addon-api/package.json').version}`,
      `node-api-headers ${require('node-api-headers/package.json').version}`,
      `${process.platform} ${process.arch}`,
      `sanitizers ${process.env.FLAMBEAU_SANITIZE ?? ''}`,
    ],
  );
}

/** @param {string} compiler */
function compilerVersion(compiler) {
  if (process.platform !== 'win32')
    return execFileSync(compiler, ['--version'], { encoding: 'utf8' });
  if (!compiler.endsWith('vswhere.exe')) return compiler;
  const query = ['-latest', '-products', '*', '-property', 'installationVersion'];
  return execFileSync(compiler, query, { encoding: 'utf8' });
}

/**
 * @param {Libtorch} libtorch
 * @param {string} folder
 * @param {Report} report
 */
async function build(libtorch, folder, report) {
  announce(report, `compiling the addon against libtorch ${libtorch.version}; this takes minutes`);
  const cmakeJs = inRepo('node_modules', 'cmake-js', 'bin', 'cmake-js');
  const jobs = Math.min(availableParallelism(), Math.floor(freemem() / bytesPerCompiler));
  const options = [
    ...['--directory', inRepo('native')],
    ...['--out', folder],
    ...['--parallel', String(Math.max(1, jobs))],
    `--CDFLAMBEAU_LIBTORCH=${libtorch.root}`,
    `--CDFLAMBEAU_SANITIZE=${process.env.FLAMBEAU_SANITIZE ?? ''}`,
    // libtorch for Windows uses the C runtime as a DLL, and so must the addon.
    '--CDCMAKE_MSVC_RUNTIME_LIBRARY=MultiThreadedDLL',
  ];
  for (const command of ['configure', 'build']) {
    await capture(process.execPath, [cmakeJs, command, ...options], { onLine: report });
  }
}
