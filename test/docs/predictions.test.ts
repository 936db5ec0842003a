import { expect, test } from 'vitest';
import { runExamples } from './examples.js';

test('the examples of the page on predictions run', () => {
  const [preds, item, same] = runExamples('predictions.md');
  expect(preds).toBe('[ 200, 2 ] 1.00');
  expect(item).toMatch(/^[01] \[ 2 \]$/);
  expect(same).toBe('true');
});
