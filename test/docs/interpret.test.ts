import { expect, test } from 'vitest';
import { runExamples } from './examples.js';

test('the examples of the page on interpretation run', () => {
  const printed = runExamples('interpret.md').join('\n');
  expect(printed).toMatch(/^Prediction +Actual +Loss +Probability +x +y$/m);
  expect(printed).toMatch(/^x +y +target +prediction$/m);
  expect(printed).toContain('[ 15, 15 ]\n[ 15, 15 ]');
  expect(printed).toMatch(/^accuracy: gap 0\.\d+, best a, worst b, error ratio \d/m);
  expect(printed).toMatch(/^all +b +175 +0\.250$/m);
  expect(printed).toMatch(/^x +all +1000 +1000 .* alert$/m);
  expect(printed).toContain("decision: 'a person, whom the model told yes'");
  expect(printed).toContain("{ round: 19, group: 'b', selected: 0, share: 0, estimate: 0.3 }");
  expect(printed).toContain('# Answers\n## Intended use\n');
});
