import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const guide = join(import.meta.dirname, '..', '..', 'docs', 'learner.md');

test('the examples of the learner guide run, and train', () => {
  const blocks = [...readFileSync(guide, 'utf8').matchAll(/```js\n([\s\S]+?)```/g)];
  const program = `${blocks.map(([, code]) => code).join('\n')}
    console.log(JSON.stringify({ history, fits: learn.recorder.losses.length }));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  const lines = printed.trim().split('\n');
  expect(lines[0]).toMatch(/^epoch +train_loss +valid_loss +mae +time$/);
  const losses = lines.slice(1, 6).map((line) => Number(line.split(/ +/)[2]));
  expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 3);
  expect(lines.at(-2)).toBe('AbortError');
  const { history, fits } = JSON.parse(lines.at(-1) as string);
  expect(history.length).toBeGreaterThan(0);
  expect(fits).toBe(1);
});
