// npm run setup: all that a checkout needs before its programs run. Steps whose inputs have not
// changed take milliseconds. Uses nothing but Node.js, since it installs the rest.
import { pathToFileURL } from 'node:url';
import { main } from './lib/main.mjs';
import { step } from './lib/progress.mjs';
import { SetupError } from './lib/setup-error.mjs';
import { provideAddon } from './steps/addon.mjs';
import { generateOperators } from './steps/codegen.mjs';
import { installDependencies } from './steps/dependencies.mjs';
import { describeLibtorch, provideLibtorch } from './steps/libtorch.mjs';
import { checkTools } from './steps/tools.mjs';
import { compile } from './steps/typescript.mjs';

const oldestNode = 20;

/**
 * @param {string} [project] The TypeScript project that is wanted; all of them when not given.
 * @returns {Promise<import('../native/loader/src/libtorch.mjs').Libtorch>} the one in use
 */
export async function setup(project) {
  console.log('Flambeau set-up');
  await step('Node.js', checkNode);
  await step('npm packages', installDependencies);
  await step('tools', checkTools);
  const libtorch = await step('libtorch', provideLibtorch, describeLibtorch);
  await step('addon', (report) => provideAddon(libtorch, report));
  await step('operators', () => generateOperators(libtorch));
  await step('TypeScript', () => compile(project));
  return libtorch;
}

function checkNode() {
  const version = process.versions.node;
  if (Number.parseInt(version, 10) < oldestNode) {
    throw new SetupError(`Node.js ${oldestNode} or later is needed; this is ${version}.`);
  }
  return version;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await main(async () => void (await setup()));
