import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

test('the two files of the page on servers train', () => {
  const page = readFileSync(join(root, 'docs', 'server.md'), 'utf8');
  const files = [...page.matchAll(/```js\n\/\/ (\S+)\n([\s\S]+?)```/g)];
  // Here their imports are found, and git looks at nothing.
  const folder = mkdtempSync(join(root, 'test', 'dist', 'server-'));
  try {
    for (const [, name, code] of files) writeFileSync(join(folder, name as string), code as string);
    const ending = 'console.log(JSON.stringify(model.weight.toArray()));\n';
    writeFileSync(join(folder, 'server.js'), ending, { flag: 'a' });
    const printed = execFileSync(process.execPath, ['server.js'], { cwd: folder });
    const lines = printed.toString().trim().split('\n');
    expect(lines.filter((line) => /^\d \S+$/.test(line)).length).toBe(10);
    const [[first, second]] = JSON.parse(lines.at(-1) as string);
    expect(first).toBeCloseTo(2, 1);
    expect(second).toBeCloseTo(3, 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
