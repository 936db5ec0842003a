// Prints what the addon depends on as one hash: sources, compiler and libtorch. nx asks for it.
import { findLibtorch } from '../native/loader/src/libtorch.mjs';
import { main } from './lib/main.mjs';
import { addonKey } from './steps/addon.mjs';

await main(async () => {
  const libtorch = findLibtorch();
  console.log(libtorch === null ? 'no libtorch yet' : addonKey(libtorch));
});
