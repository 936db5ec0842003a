// Compiles the addon against the libtorch minors beside the default one, to show that its sources
// hold for them: node scripts/build-minors.mjs [minor…]
import { main } from './lib/main.mjs';
import { step } from './lib/progress.mjs';
import { provideAddon } from './steps/addon.mjs';
import { describeLibtorch, provideMinor } from './steps/libtorch.mjs';

const otherMinors = ['2.14'];

await main(async () => {
  const named = process.argv.slice(2);
  for (const minor of named.length > 0 ? named : otherMinors) {
    const libtorch = await step(
      `libtorch ${minor}`,
      (report) => provideMinor(minor, report),
      describeLibtorch,
    );
    await step(`addon ${minor}`, (report) => provideAddon(libtorch, report));
  }
});
