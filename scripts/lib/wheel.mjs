import { capture } from './exec.mjs';

/** What building and running need of PyTorch's wheel; the rest is Python's. */
const wanted = ['torch/lib/', 'torch/include/', 'torch/share/', 'torch/version.py', 'torchgen/'];

const unpack = `
import sys, zipfile
wheel, folder, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as z:
    z.extractall(folder, [n for n in z.namelist() if n.startswith(tuple(wanted))])
`;

/**
 * Unpacks libtorch and its operator declarations from a wheel of PyTorch.
 *
 * @param {string} python
 * @param {string} wheel
 * @param {string} folder
 */
export async function unpackWheel(python, wheel, folder) {
  await capture(python, ['-c', unpack, wheel, folder, ...wanted]);
}
