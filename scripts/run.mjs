// Sets the checkout up and runs one of its programs: node scripts/run.mjs <program> [arguments…]
import { existsSync } from 'node:fs';
import { foreground } from './lib/exec.mjs';
import { main } from './lib/main.mjs';
import { inRepo } from './lib/paths.mjs';
import { step } from './lib/progress.mjs';
import { SetupError } from './lib/setup-error.mjs';
import { setup } from './setup.mjs';
import { providePython } from './steps/python.mjs';

/**
 * @typedef {object} Program
 * @property {readonly string[]} command Arguments of Node.js.
 * @property {string} [project] The TypeScript project it needs; all of them when not given.
 * @property {boolean} [comparesWithPython] Wants FLAMBEAU_PYTHON and FLAMBEAU_DATA.
 */

/** @type {Record<string, Program>} */
const programs = {
  'lesson:convolutions': {
    command: [inRepo('lessons', 'convolutions', 'dist', 'main.js')],
    project: 'lessons/convolutions',
  },
  'lesson:pets': {
    command: [inRepo('lessons', 'pets', 'dist', 'main.js')],
    project: 'lessons/pets',
  },
  'lesson:rossmann': {
    command: [inRepo('lessons', 'rossmann', 'dist', 'main.js')],
    project: 'lessons/rossmann',
  },
  'example:server': {
    command: [inRepo('examples', 'server', 'dist', 'main.js')],
    project: 'examples/server',
  },
  test: {
    command: [inRepo('node_modules', 'vitest', 'vitest.mjs'), 'run'],
    comparesWithPython: true,
  },
  bench: {
    command: ['--expose-gc', inRepo('test', 'dist', 'bench', 'main.js')],
    comparesWithPython: true,
  },
  'bench:server': {
    command: [inRepo('test', 'dist', 'bench', 'server.js')],
    project: 'test',
  },
  'coverage:ops': {
    command: [inRepo('test', 'dist', 'coverage', 'ops.js')],
    comparesWithPython: true,
  },
  'coverage:nn': {
    command: [inRepo('test', 'dist', 'coverage', 'nn.js')],
    comparesWithPython: true,
  },
};

await main(async () => {
  const [name = '', ...args] = process.argv.slice(2);
  const program = programs[name];
  if (!program) {
    const known = Object.keys(programs).join(', ');
    throw new SetupError(`Expected one of ${known}; got "${name}".`);
  }
  const { version } = await setup(program.project);
  const env = { ...process.env, ...(program.comparesWithPython && (await comparison(version))) };
  console.log();
  return foreground(process.execPath, [...program.command, ...args], env);
});

/**
 * @param {string} torch the version to compare with
 * @returns {Promise<NodeJS.ProcessEnv>} what a program needs that compares with Python
 */
async function comparison(torch) {
  const data = inRepo('..', 'shared', 'data');
  return {
    FLAMBEAU_PYTHON: await step(
      'Python',
      (report) => python(torch, report),
      (path) => path ?? 'comparisons are skipped',
    ),
    FLAMBEAU_DATA: process.env.FLAMBEAU_DATA ?? (existsSync(data) ? data : undefined),
  };
}

/**
 * @param {string} torch
 * @param {import('./lib/progress.mjs').Report} report
 * @returns {Promise<string | undefined>} none where Python cannot be had, which CI does not accept
 */
async function python(torch, report) {
  try {
    return await providePython(torch, report);
  } catch (error) {
    if (process.env.CI || !(error instanceof SetupError)) throw error;
    console.log(error.message);
    return undefined;
  }
}
