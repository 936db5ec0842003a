// Prints the path of a Python that has the PyTorch which tests and benchmarks compare with.
import { main } from './lib/main.mjs';
import { providePython } from './steps/python.mjs';

await main(async () => {
  console.log(await providePython((text) => console.error(text)));
});
