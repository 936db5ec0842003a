import { join } from 'node:path';
import { ArgumentError, parseArguments } from '@flambeau/lesson-rossmann';
import { describe, expect, it } from 'vitest';

describe('arguments', () => {
  it('have the lesson’s defaults', () => {
    expect(parseArguments([], {})).toEqual({
      data: null,
      full: false,
      trendLeak: false,
      out: join('out', 'rossmann'),
      epochs: 1,
      batchSize: 64,
      lr: 1e-3,
      wd: 0.2,
      seed: 42,
    });
  });

  it('take the data from --data, else from FLAMBEAU_DATA, and from neither with --generate', () => {
    const environment = { FLAMBEAU_DATA: 'b' };
    expect(parseArguments(['--data', 'a'], environment)?.data).toBe('a');
    expect(parseArguments([], environment)?.data).toBe('b');
    const generated = parseArguments(['--generate', '30'], environment);
    expect([generated?.data, generated?.generate]).toEqual([null, 30]);
  });

  it('ask for help', () => {
    expect(parseArguments(['--help'], {})).toBeNull();
  });

  it.each([
    [['--epochs', '0'], /--epochs takes a whole number of at least 1, got '0'/],
    [['--bs', '1.5'], /--bs/],
    [['--lr', 'fast'], /--lr takes a positive number, got 'fast'/],
    [['--wd=-1'], /--wd/],
    [['--threads', ''], /--threads/],
    [['--data', 'a', '--generate', '3'], /--data and --generate/],
    [['--full', '--epochs', '3'], /--full and --epochs/],
    [['--unknown'], /--unknown/],
    [['train'], /train/],
  ])('refuse %j', (args, message) => {
    expect(() => parseArguments(args, {})).toThrow(ArgumentError);
    expect(() => parseArguments(args, {})).toThrow(message);
  });
});
