import { expect, test } from 'vitest';
import { runExamples } from './examples.js';

test('the examples of the page on tables run, and learn', () => {
  const lines = runExamples(
    'tabular.md',
    'console.log(JSON.stringify({ error: Math.abs(label - Math.log(row.sales)) }));',
  );
  expect(lines[0]).toMatch(/^store +promo +distance +Year .* target$/);
  expect(lines[4]).toBe("[ '#na#', 'a', 'b', 'c', 'd', 'e' ]");
  const losses = lines.slice(6, 9).map((line) => Number(line.split(/ +/)[2]));
  expect(losses[2]).toBeLessThan((losses[0] as number) / 10);
  const [rows, shape, same, frame, joined, last] = lines.slice(-6);
  expect([rows, shape, same, joined]).toEqual(['200', '[ 50, 1 ]', 'true', 'true']);
  expect(frame).toMatch(/^\[ 'store', 'store_emb_0', .* \] 6$/);
  expect(JSON.parse(last as string).error).toBeLessThan(0.3);
});
