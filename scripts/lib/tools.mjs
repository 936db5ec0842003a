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
    title: 'CMake 3.20 or later (builds the addon)',
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
 * @param {readonly Tool[]} missing
 * @param {string} [reason] What was found instead.
 * @returns {SetupError}
 */
export function missingTools(missing, reason) {
  const one = (/** @type {Tool} */ tool) =>
    [
      `Missing: ${tool.title}`,
      `    Debian, Ubuntu   ${tool.debian}`,
      `    macOS            ${tool.macos}`,
      `    Windows          ${tool.windows}`,
    ].join('\n');
  return new SetupError([...missing.map(one), ...(reason ? [reason] : [])].join('\n\n'));
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

/** @returns {string | null} the C++ compiler that CMake will choose */
export function findCompiler() {
  if (windows) return findVisualStudio();
  for (const name of [process.env.CXX, 'c++', 'g++', 'clang++']) {
    const found = name ? programsOnPath(name)[0] : undefined;
    if (found) return found;
  }
  return null;
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
