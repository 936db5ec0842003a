import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../native/loader/src/cache.mjs';
import {
  cachedLibtorch,
  defaultVersion,
  findLibtorch,
  libtorchIn,
} from '../../native/loader/src/libtorch.mjs';
import { inTemporaryFolder, makeFolder } from '../lib/atomic.mjs';
import { pip } from '../lib/pip.mjs';
import { announce } from '../lib/progress.mjs';
import { findPython } from '../lib/python.mjs';
import { SetupError } from '../lib/setup-error.mjs';
import { unpackWheel } from '../lib/wheel.mjs';

/** @typedef {import('../../native/loader/src/libtorch.mjs').Libtorch} Libtorch */

/** @param {Libtorch} libtorch */
export function describeLibtorch({ version, source, root }) {
  return `${version} from ${source}: ${root}`;
}

/**
 * The libtorch that the loader would take, else one that is fetched into the shared cache.
 *
 * @param {import('../lib/progress.mjs').Report} report
 * @returns {Promise<Libtorch>}
 */
export async function provideLibtorch(report) {
  const libtorch = findLibtorch() ?? (await fetchLibtorch(defaultVersion, report));
  if (!existsSync(join(libtorch.root, 'include', 'ATen', 'ATen.h'))) {
    throw new SetupError(
      `libtorch ${libtorch.version} in ${libtorch.root} has no headers (include/ATen/ATen.h), ` +
        'which building the addon needs.',
    );
  }
  return libtorch;
}

/**
 * Fetches the newest libtorch of a minor into the shared cache, unless it has one.
 *
 * @param {string} minor '2.14'
 * @param {import('../lib/progress.mjs').Report} report
 * @returns {Promise<Libtorch>}
 */
export async function provideMinor(minor, report) {
  const folder = dirname(dirname(cachedLibtorch(minor)));
  const ending = `-${process.platform}-${process.arch}`;
  const cached = existsSync(folder)
    ? readdirSync(folder).find((name) => name.startsWith(`${minor}.`) && name.endsWith(ending))
    : undefined;
  if (cached) return libtorchIn(join(folder, cached, 'torch'), 'the shared cache');
  return fetchLibtorch(`${minor}.*`, report);
}

/**
 * @param {string} release '2.13.0', '2.14.*'
 * @param {import('../lib/progress.mjs').Report} report
 * @returns {Promise<Libtorch>}
 */
async function fetchLibtorch(release, report) {
  const { program } = findPython('pip');
  announce(report, `pip download torch==${release}`);
  return inTemporaryFolder(join(cacheFolder(), 'download-'), async (downloads) => {
    const download = ['download', `torch==${release}`, '--no-deps', '--only-binary', ':all:'];
    await pip(program, [...download, '--dest', downloads], report);
    const wheel = readdirSync(downloads).find((name) => name.endsWith('.whl'));
    const version = /^torch-([0-9.]+)/.exec(wheel ?? '')?.[1];
    if (!wheel || !version) throw new SetupError(`pip left no wheel of torch==${release}.`);
    announce(report, `unpacking ${wheel}`);
    const root = cachedLibtorch(version);
    await makeFolder(dirname(root), (folder) =>
      unpackWheel(program, join(downloads, wheel), folder),
    );
    return libtorchIn(root, 'pip, into the shared cache');
  });
}
