import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const readme = join(import.meta.dirname, '..', '..', 'README.md');

test('the example of the README learns the sine', () => {
  const example = /```js\n([\s\S]+?)```/.exec(readFileSync(readme, 'utf8'))?.[1] ?? '';
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(20);
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', example], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  const losses = [...printed.matchAll(/loss ([\d.e-]+)/g)].map((match) => Number(match[1]));
  expect(losses.length).toBeGreaterThan(2);
  expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 100);
  const sine = Number(/tensor\(\[\[([\d.]+)\]\]/.exec(printed)?.[1]);
  expect(sine).toBeCloseTo(1, 1);
});
