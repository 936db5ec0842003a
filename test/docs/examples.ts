import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs the `js` blocks of a page of docs, one after the other as one program.
 * @param ending code after them
 * @returns the lines that they printed
 */
export function runExamples(page: string, ending = ''): string[] {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', page), 'utf8');
  const blocks = [...text.matchAll(/```js\n([\s\S]+?)```/g)].map(([, code]) => code);
  // Files that they write go to a folder of their own; the package is found from here.
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));
  const program = ['process.chdir(process.argv[1]);', ...blocks, ending].join('\n');
  try {
    return run(program, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(program: string, folder: string): string[] {
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program, folder], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  return printed.trim().split('\n');
}
