// Prints the path of a Python that has the PyTorch which tests and benchmarks compare with.
import { defaultVersion, findLibtorch } from '../native/loader/src/libtorch.mjs';
import { main } from './lib/main.mjs';
import { providePython } from './steps/python.mjs';

await main(async () => {
  const torch = findLibtorch()?.version ?? defaultVersion;
  console.log(await providePython(torch, (text) => console.error(text)));
});
