// npm run lint: formatting and lint rules, the types of the scripts, and that nothing generated
// was committed.
import { capture, foreground } from './lib/exec.mjs';
import { main } from './lib/main.mjs';
import { inRepo } from './lib/paths.mjs';
import { SetupError } from './lib/setup-error.mjs';
import { installDependencies } from './steps/dependencies.mjs';
import { compile } from './steps/typescript.mjs';

const generated = /(^|\/)(dist|build|generated|prebuilds)\//;

await main(async () => {
  await installDependencies(() => {});
  await checkCommitted();
  await compile('scripts');
  const biome = inRepo('node_modules', '@biomejs', 'biome', 'bin', 'biome');
  return foreground(process.execPath, [biome, 'check', ...process.argv.slice(2)]);
});

async function checkCommitted() {
  const files = (await capture('git', ['ls-files'])).split('\n');
  const wrong = files.filter((file) => generated.test(file));
  if (wrong.length === 0) return;
  throw new SetupError(`Made by the build and so not to be committed:\n  ${wrong.join('\n  ')}`);
}
