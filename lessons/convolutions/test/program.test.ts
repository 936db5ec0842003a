import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArguments, run } from '@flambeau/lesson-convolutions';
import { afterAll, describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../../packages/core/test/liveTensors.js';
import { describeWithData } from '../../../test/realData.js';

expectNoLeaks();

const out = mkdtempSync(join(tmpdir(), 'flambeau-convolutions-'));
afterAll(() => rmSync(out, { recursive: true }));

const pictures = [
  'augmented-border.png',
  'augmented-reflection.png',
  'augmented-zeros.png',
  'edges.png',
  'stride-and-pooling.png',
];

async function shown(data: string | null, folder: string): Promise<string[]> {
  const lines: string[] = [];
  await run({ data, size: 64, seed: 1, out: join(out, folder) }, (line) => lines.push(line));
  expect(readdirSync(join(out, folder)).sort()).toEqual(pictures);
  return lines;
}

describe('the lesson on convolutions', () => {
  it('draws its pictures of a generated one', async () => {
    const lines = await shown(null, 'generated');
    expect(lines[0]).toContain('a generated picture, as there is neither --data nor');
    expect(lines).toContain('  stride 2, padding 1: 64 -> 32');
  });

  it('takes its options from the command line', () => {
    expect(parseArguments([], { FLAMBEAU_DATA: 'data' })?.data).toBe('data');
    expect(parseArguments(['--size', '100', '--out', 'x'], {})).toEqual({
      data: null,
      size: 100,
      seed: 42,
      out: 'x',
    });
    expect(parseArguments(['--help'], {})).toBeNull();
    expect(() => parseArguments(['--size', '3'], {})).toThrow('--size takes a whole number of at');
    expect(() => parseArguments(['--sise'], {})).toThrow("'--sise'");
  });

  it('names a folder that is not there', async () => {
    await expect(shown(join(out, 'missing'), 'none')).rejects.toThrow("missing' cannot be read");
  });
});

describeWithData('the lesson on convolutions', (data) => {
  it('draws its pictures of a photograph', async () => {
    expect((await shown(data, 'photograph'))[0]).toMatch(/Abyssinian_\d+\.jpg, \d+ x \d+$/);
  });
});
