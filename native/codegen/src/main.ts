import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { header, interfaceFile, interfaceFileName, operatorsFile, tableFile } from './emit.js';
import { publicApi, readEntries } from './publicApi.js';

const usage =
  'usage: node main.js --libtorch <dir that holds torchgen> --out <dir for the generated files>';

const { values } = parseArgs({
  options: { libtorch: { type: 'string' }, out: { type: 'string' } },
});
if (values.libtorch === undefined || values.out === undefined) {
  console.error(usage);
  process.exit(2);
}
generate(values.libtorch, values.out);

function generate(libtorch: string, out: string): void {
  const version = libtorchVersion(libtorch);
  const entries = readEntries(findYaml(libtorch));
  const api = publicApi(entries);
  mkdirSync(out, { recursive: true });
  const files = new Map<string, string>([
    ['overloads.ts', tableFile(api)],
    ['atenOperators.ts', operatorsFile(entries.map(({ schema }) => schema))],
  ]);
  for (const [namespace, names] of api) {
    files.set(interfaceFileName(namespace), interfaceFile(namespace, names));
  }
  for (const [file, text] of files) writeIfChanged(join(out, file), header(version) + text);
  console.log(`generated ${files.size} files from libtorch ${version}`);
}

function findYaml(libtorch: string): string {
  const tail = ['torchgen', 'packaged', 'ATen', 'native', 'native_functions.yaml'];
  const candidates = [join(libtorch, ...tail), join(dirname(libtorch), ...tail)];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`no native_functions.yaml at ${candidates.join(' or ')}`);
  return found;
}

function libtorchVersion(libtorch: string): string {
  const paths = [join(libtorch, 'version.py'), join(libtorch, 'torch', 'version.py')];
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const match = /^__version__\s*=\s*'([^']+)'/m.exec(readFileSync(path, 'utf8'));
    if (match?.[1] !== undefined) return match[1].replace(/\+.*$/, '');
  }
  throw new Error(`no libtorch version in ${paths.join(' or ')}`);
}

/** An unchanged file keeps its time, so that nothing is compiled again for it. */
function writeIfChanged(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writeFileSync(path, text);
}
