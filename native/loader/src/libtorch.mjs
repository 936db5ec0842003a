import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { LoadError } from './load-error.mjs';

/**
 * A libtorch on this machine.
 *
 * @typedef {object} Libtorch
 * @property {string} root The folder that holds `lib` and, for building, `include`.
 * @property {string} version '2.13.0'
 * @property {string} minor '2.13'; libtorch's C++ interface may change with each.
 * @property {string} source Where it comes from, in words.
 */

/** The release that is fetched when none is found. */
export const defaultVersion = '2.13.0';

const platformPackage = `@flambeau/libtorch-${process.platform}-${process.arch}`;

/**
 * The libtorch to use, in this order: the folder `FLAMBEAU_LIBTORCH`; the npm package for this
 * platform; with `FLAMBEAU_USE_PYTHON_TORCH=1` the PyTorch installed in Python; the shared cache.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Libtorch | null} null when there is none
 * @throws {LoadError} LIBTORCH_INVALID when the variables name one that is not there
 */
export function findLibtorch(env = process.env) {
  if (env.FLAMBEAU_LIBTORCH) {
    return libtorchIn(resolve(env.FLAMBEAU_LIBTORCH), 'FLAMBEAU_LIBTORCH');
  }
  return fromPackage() ?? fromPython(env) ?? fromCache(env);
}

/**
 * Describes the libtorch in a folder.
 *
 * @param {string} root
 * @param {string} source
 * @returns {Libtorch}
 * @throws {LoadError} LIBTORCH_INVALID when it holds no libtorch
 */
export function libtorchIn(root, source) {
  const library = libraryPath(root, 'torch_cpu');
  if (!existsSync(library)) {
    throw new LoadError(
      'LIBTORCH_INVALID',
      `${source} says that libtorch is in ${root}, but ${library} does not exist.`,
    );
  }
  const version = readVersion(root);
  return { root, version, minor: minorOf(version), source };
}

/**
 * The path of one of libtorch's libraries.
 *
 * @param {string} root
 * @param {string} name 'c10', 'torch_cpu' …
 * @returns {string}
 */
export function libraryPath(root, name) {
  if (process.platform === 'win32') return join(root, 'lib', `${name}.dll`);
  return join(root, 'lib', `lib${name}.${process.platform === 'darwin' ? 'dylib' : 'so'}`);
}

/**
 * Where the cache keeps a release of libtorch.
 *
 * @param {string} version '2.13.0'
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function cachedLibtorch(version, env = process.env) {
  return join(
    cacheFolder(env),
    'libtorch',
    `${version}-${process.platform}-${process.arch}`,
    'torch',
  );
}

/**
 * @param {string} version '2.13.0', '2.13.0+cu130'
 * @returns {string} '2.13'
 */
export function minorOf(version) {
  return version.split('.', 2).join('.');
}

/** @returns {Libtorch | null} */
function fromPackage() {
  const require = createRequire(import.meta.url);
  try {
    const manifest = require.resolve(`${platformPackage}/package.json`);
    return libtorchIn(dirname(manifest), platformPackage);
  } catch (error) {
    if (error instanceof LoadError) throw error;
    return null;
  }
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Libtorch | null}
 */
function fromPython(env) {
  if (env.FLAMBEAU_USE_PYTHON_TORCH !== '1') return null;
  const find =
    'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])';
  const programs = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python'];
  for (const python of env.FLAMBEAU_PYTHON ? [env.FLAMBEAU_PYTHON] : programs) {
    try {
      const root = execFileSync(python, ['-c', find], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return libtorchIn(root.trim(), `PyTorch of ${python}`);
    } catch (error) {
      if (error instanceof LoadError) throw error;
    }
  }
  throw new LoadError(
    'LIBTORCH_INVALID',
    'FLAMBEAU_USE_PYTHON_TORCH=1 asks for the PyTorch of Python, but no Python on the PATH has ' +
      'one. FLAMBEAU_PYTHON names the interpreter to ask.',
  );
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Libtorch | null}
 */
function fromCache(env) {
  const root = cachedLibtorch(defaultVersion, env);
  return existsSync(root) ? libtorchIn(root, 'the shared cache') : null;
}

/**
 * @param {string} root
 * @returns {string}
 */
function readVersion(root) {
  const python = join(root, 'version.py');
  if (existsSync(python)) {
    const match = /^__version__ = '([^'+]+)/m.exec(readFileSync(python, 'utf8'));
    if (match?.[1]) return match[1];
  }
  // The archives of libtorch alone have no version.py.
  const build = join(root, 'build-version');
  if (existsSync(build)) return readFileSync(build, 'utf8').trim().split('+', 1).join();
  throw new LoadError(
    'LIBTORCH_INVALID',
    `Cannot tell the version of libtorch in ${root}: neither version.py nor build-version is there.`,
  );
}
