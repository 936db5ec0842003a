import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findPython } from '../../../test/oracle/python.js';
import { temporaryFolder } from './temporary.js';

interface Output {
  readonly name?: string;
  readonly text?: string;
  readonly data?: Readonly<Record<string, string>>;
}

interface Notebook {
  readonly cells: readonly { readonly source: string; readonly outputs?: readonly Output[] }[];
}

const local = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const python = findPython();
/** Not a dependency of the workspace, since it would bring a `tsc` of its own. */
const tslab = 'tslab@1.0.22';

/** Tells Jupyter, by a folder of its search path, how to start the kernel. */
function installKernel(folder: string): void {
  const kernel = join(folder, 'kernels', 'tslab');
  mkdirSync(kernel, { recursive: true });
  const spec = {
    argv: ['npx', '--yes', tslab, 'kernel', '--config-path', '{connection_file}'],
    display_name: 'TypeScript',
    language: 'typescript',
  };
  writeFileSync(join(kernel, 'kernel.json'), JSON.stringify(spec));
}

async function execute(path: string): Promise<Notebook> {
  using folder = temporaryFolder();
  installKernel(folder.path);
  const run = promisify(execFile);
  const { stdout } = await run(python as string, [local('python/notebook.py'), path], {
    env: { ...process.env, JUPYTER_PATH: folder.path },
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout) as Notebook;
}

describe.skipIf(python === undefined)('the notebook', () => {
  it('runs in Jupyter, and shows its tables and plots', async () => {
    const { cells } = await execute(local('../rossmann.ipynb'));
    const outputs = cells.flatMap((cell) => cell.outputs ?? []);
    const text = outputs.map((output) => [output.text ?? ''].flat().join('')).join('');
    expect(outputs.filter(({ name }) => name === 'stderr')).toEqual([]);
    expect(text).toContain('generated tables of 20 stores');
    expect(text).toContain('(embeds): ModuleList(');
    expect(text).toMatch(/epoch +train_loss +valid_loss +exp_rmspe +time/);
    const kinds = outputs.flatMap(({ data = {} }) => Object.keys(data));
    expect(kinds.filter((kind) => kind === 'image/svg+xml').length).toBe(3);
    expect(kinds).toContain('text/html');
  });
});
