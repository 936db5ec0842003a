import { expect, test } from 'vitest';
import { runExamples } from './examples.js';

test('the examples of the page on images run', () => {
  expect(runExamples('vision.md')).toEqual([
    'Image (3, 60, 80) [ 60, 80 ]',
    '[ 3, 32, 32 ]',
    expect.stringMatching(/^\[ 'disc', 'stripes' \] \[ 32, 32 \] (disc|stripes) true$/),
    '[ 8, 3, 32, 32 ] 39',
    '[ 1, 2 ] 8',
    '4 1',
    "true [ 'disc', 'stripes' ]",
  ]);
});
