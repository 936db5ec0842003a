import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { addonFolder, addonsFolder } from './addon.mjs';
import type { NativeBinding } from './binding.js';
import { findLibtorch, type Libtorch, libraryPath } from './libtorch.mjs';
import { LoadError } from './load-error.mjs';

const require = createRequire(import.meta.url);
const nodeGypBuild = require('node-gyp-build') as { resolve(folder: string): string };

interface Preload {
  /** Opens a library for the process. */
  open(path: string): void;
}

/** Finds libtorch, opens it, and loads the addon that was built for its minor version. */
export function load(): { native: NativeBinding; libtorch: Libtorch } {
  const libtorch = findLibtorch();
  if (libtorch === null) {
    throw new LoadError(
      'LIBTORCH_MISSING',
      'libtorch was not found. `npm run setup` fetches it; FLAMBEAU_LIBTORCH names a folder that ' +
        'has it; FLAMBEAU_USE_PYTHON_TORCH=1 uses the one of an installed PyTorch.',
    );
  }
  const addon = addonFor(libtorch);
  const preload = require(join(dirname(addon), 'preload', 'flambeau_preload.node')) as Preload;
  openLibtorch(libtorch, preload);
  return { native: require(addon) as NativeBinding, libtorch };
}

function addonFor(libtorch: Libtorch): string {
  const addon = builtAddon(libtorch.minor);
  if (addon !== null) return addon;
  const minors = existsSync(addonsFolder)
    ? readdirSync(addonsFolder).map((name) => name.replace('torch-', ''))
    : [];
  const others = minors.filter((minor) => builtAddon(minor) !== null);
  throw new LoadError(
    'LIBTORCH_MISMATCH',
    `Found libtorch ${libtorch.version} (${libtorch.source}: ${libtorch.root}), but the addon is ` +
      `built for ${others.length === 0 ? 'none yet' : `libtorch ${others.join(', ')}`}. ` +
      '`npm run setup` builds it for the one that was found.',
  );
}

function builtAddon(minor: string): string | null {
  try {
    return nodeGypBuild.resolve(addonFolder(minor));
  } catch {
    return null;
  }
}

function openLibtorch(libtorch: Libtorch, preload: Preload): void {
  try {
    for (const name of ['c10', 'torch_cpu']) preload.open(libraryPath(libtorch.root, name));
  } catch (cause) {
    const hint = existsSync(libraryPath(libtorch.root, 'torch_cuda'))
      ? ". It is built for CUDA and needs NVIDIA's libraries, which come with a PyTorch installed " +
        'by pip: FLAMBEAU_USE_PYTHON_TORCH=1 uses that.'
      : '';
    throw new LoadError(
      'LOAD_FAILED',
      `libtorch ${libtorch.version} in ${libtorch.root} could not be opened: ` +
        `${(cause as Error).message}${hint}`,
      { cause },
    );
  }
  const cuda = libraryPath(libtorch.root, 'torch_cuda');
  if (!existsSync(cuda)) return;
  try {
    preload.open(cuda);
  } catch (error) {
    // The CPU part works without it, and `cuda.isAvailable()` says no.
    process.emitWarning(`CUDA is not available: ${(error as Error).message}`, 'FlambeauWarning');
  }
}
