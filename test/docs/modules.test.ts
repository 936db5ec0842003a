import { expect, test } from 'vitest';
import { runExamples } from './examples.js';

test('the examples of the page on modules run', () => {
  const lines = runExamples('modules.md');
  expect(lines[0]).toBe('Sequential');
  expect(lines).toContain('Total params: 1,426');
  expect(lines.join(' ')).toContain('[ [ 1, 8, 32, 32 ], [ 1, 8, 32, 32 ], [ 1, 16, 16, 16 ] ]');
  expect(lines.at(-1)).toBe('[ 1, 16, 16 ]');
});
