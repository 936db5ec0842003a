import { expect, test } from 'vitest';
import { runExamples } from './examples.js';

test('the examples of the learner guide run, and train', () => {
  const lines = runExamples(
    'learner.md',
    'console.log(JSON.stringify({ history, fits: learn.recorder.losses.length }));',
  );
  expect(lines[0]).toMatch(/^epoch +train_loss +valid_loss +mae +time$/);
  const losses = lines.slice(1, 6).map((line) => Number(line.split(/ +/)[2]));
  expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 3);
  expect(lines.at(-2)).toBe('AbortError');
  const { history, fits } = JSON.parse(lines.at(-1) as string);
  expect(history.length).toBeGreaterThan(0);
  expect(fits).toBe(1);
});
