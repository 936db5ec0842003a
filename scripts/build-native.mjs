// Builds @flambeau/native alone: libtorch, the addon, the loader and the generated operators.
import { main } from './lib/main.mjs';
import { step } from './lib/progress.mjs';
import { provideAddon } from './steps/addon.mjs';
import { generateOperators } from './steps/codegen.mjs';
import { describeLibtorch, provideLibtorch } from './steps/libtorch.mjs';
import { compile } from './steps/typescript.mjs';

await main(async () => {
  const libtorch = await step('libtorch', provideLibtorch, describeLibtorch);
  await step('addon', (report) => provideAddon(libtorch, report));
  await step('operators', () => generateOperators(libtorch));
  await step('loader', () => compile('native/loader'));
});
