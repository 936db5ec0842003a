import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { capture } from '../lib/exec.mjs';
import { hashInputs } from '../lib/hash.mjs';
import { inRepo } from '../lib/paths.mjs';
import { compile } from './typescript.mjs';

const output = inRepo('packages', 'core', 'src', 'generated');

/**
 * Generates the operators' TypeScript from the declarations that come with libtorch.
 *
 * @param {import('../../native/loader/src/libtorch.mjs').Libtorch} libtorch
 * @returns {Promise<string>}
 */
export async function generateOperators(libtorch) {
  const declarations = join(dirname(libtorch.root), 'torchgen', 'packaged', 'ATen', 'native');
  const key = hashInputs([
    join(declarations, 'native_functions.yaml'),
    inRepo('native', 'codegen', 'src'),
  ]);
  const stamp = join(output, '.key');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return 'up to date';
  await compile('native/codegen');
  const program = inRepo('native', 'dist', 'codegen', 'main.js');
  await capture(process.execPath, [program, '--libtorch', libtorch.root, '--out', output]);
  writeFileSync(stamp, key);
  return `generated for libtorch ${libtorch.version}`;
}
