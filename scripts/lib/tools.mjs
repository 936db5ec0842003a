import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { SetupError } from './setup-error.mjs';

const windows = process.platform === 'win32';

/**
 * What the set-up may need from the system, and how one gets it.
 *
 * @typedef {{ title: string, debian: string, macos: string, windows: string }} Tool
 * @type {Record<'python' | 'venv' | 'cmake' | 'compiler', Tool>}
 */
export const tools = {
  python: {
    title: 'Python 3.10 or later with pip (fetches libtorch)',
    debian: 'apt-get install python3 python3-pip python3-venv',
    macos: 'brew install python',
    windows: 'winget install Python.Python.3.12',
  },
  venv: {
    title: "Python's venv module (holds the PyTorch that tests and benchmarks compare with)",
    debian: 'apt-get install python3-venv',
    macos: 'brew install python',
    windows: 'winget install Python.Python.3.12',
  },
  cmake: {
    title: 'CMake 3.20 or later with Ninja (builds the addon)',
    debian: 'apt-get install cmake ninja-build',
    macos: 'brew install cmake ninja',
    windows: 'winget install Kitware.CMake',
  },
  compiler: {
    title: 'a C++20 compiler (builds the addon)',
    debian: 'apt-get install g++',
    macos: 'xcode-select --install',
    windows:
      'winget install Microsoft.VisualStudio.2022.BuildTools --override ' +
      '"--add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"',
  },
};

/**
 * @param {Tool} tool
 * @param {readonly string[]} [rejected] What was found and why it does not do.
 * @returns {SetupError}
 */
export function missing(tool, rejected = []) {
  return new SetupError(
    [
      `Missing: ${tool.title}`,
      ...rejected.map((reason) => `    (${reason})`),
      `    Debian, Ubuntu   ${tool.debian}`,
      `    macOS            ${tool.macos}`,
      `    Windows          ${tool.windows}`,
    ].join('\n'),
  );
}

/**
 * All programs of a name on the PATH, in its order.
 *
 * @param {string} name
 * @returns {string[]}
 */
export function programsOnPath(name) {
  if (isAbsolute(name)) return isProgram(name) ? [name] : [];
  const endings = windows ? (process.env.PATHEXT ?? '.EXE;.CMD;.BAT').split(';') : [''];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .filter(isProgram);
}

/**
 * @returns {string} the C++ compiler that CMake will choose, or on Windows what finds it
 * @throws {SetupError} when there is none
 */
export function requireCompiler() {
  const names = [process.env.CXX, 'c++', 'g++', 'clang++'];
  const found = windows
    ? findVisualStudio()
    : names.flatMap((name) => (name ? programsOnPath(name) : []))[0];
  if (!found) throw missing(tools.compiler);
  return found;
}

/** @throws {SetupError} when there is no CMake, or nothing that it could drive */
export function requireCmake() {
  if (programsOnPath('cmake').length === 0) throw missing(tools.cmake);
  if (!windows && ['ninja', 'make'].flatMap(programsOnPath).length === 0) {
    throw missing(tools.cmake, ['CMake is here, but neither ninja nor make']);
  }
}

/** @returns {string | null} `cl` itself, or the program that finds Visual Studio */
function findVisualStudio() {
  const compiler = programsOnPath('cl')[0];
  if (compiler) return compiler;
  const programs = process.env['ProgramFiles(x86)'] ?? 'C:\\Program Files (x86)';
  const locator = join(programs, 'Microsoft Visual Studio', 'Installer', 'vswhere.exe');
  return existsSync(locator) ? locator : null;
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
