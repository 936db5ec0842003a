import { expect, test } from 'vitest';
import { runExamples } from './examples.js';

test('the examples of the page on files give back what they saved', () => {
  expect(runExamples('files.md')).toEqual(['3 true', 'true int64']);
});
