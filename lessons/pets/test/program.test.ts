import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  generatedBreeds,
  generatePets,
  lessonData,
  parseArguments,
  type RunOptions,
  run,
} from '@flambeau/lesson-pets';
import { afterAll, describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../../packages/core/test/liveTensors.js';
import { describeWithData } from '../../../test/realData.js';

expectNoLeaks();

const folder = mkdtempSync(join(tmpdir(), 'flambeau-pets-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const options = (more: Partial<RunOptions>): RunOptions => ({
  data: null,
  arch: 'resnet18',
  folded: false,
  pretrained: false,
  full: false,
  epochs: 1,
  size: 32,
  batchSize: 16,
  numWorkers: 0,
  seed: 1,
  out: join(folder, 'out'),
  silent: true,
  ...more,
});

const files = [
  'augmented.png',
  'batch.png',
  'confusion.svg',
  'heatmaps.png',
  'models',
  'top-losses.png',
];

describe('the lesson on pets', () => {
  it('trains on generated pictures, from the beginning', async () => {
    const lines: string[] = [];
    const error = await run(options({}), (line) => lines.push(line));
    expect(lines[0]).toBe('Data: generated pictures, as there is neither --data nor FLAMBEAU_DATA');
    expect(lines[1]).toBe('192 images train, 48 validate; 6 breeds, Bar first');
    expect(lines).toContain(`Error rate: ${error.toFixed(6)}`);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(files);
    expect(readFileSync(join(folder, 'out', 'confusion.svg'), 'utf8')).toContain('stripes');
  });

  it('generates the same pictures for a seed, breeds in the order of their code points', async () => {
    const images = join(folder, 'images');
    await generatePets(images, 2);
    expect(readdirSync(images)).toHaveLength(2 * generatedBreeds.length);
    using data = lessonData(images, { size: 32, batchSize: 2 });
    expect(data.classes).toEqual([...generatedBreeds]);
    expect(data.stats?.[0]).toEqual([0.485, 0.456, 0.406]);
  });

  it('takes its options from the command line', () => {
    const generated = parseArguments([], {});
    expect(generated).toMatchObject({ data: null, arch: 'resnet18', pretrained: false, size: 64 });
    const real = parseArguments(['--full'], { FLAMBEAU_DATA: 'data' });
    expect(real).toMatchObject({
      data: 'data',
      arch: 'resnet34',
      pretrained: true,
      epochs: 3,
      size: 224,
      batchSize: 64,
    });
    expect(parseArguments(['--help'], {})).toBeNull();
    expect(() => parseArguments(['--arch', 'vgg'], {})).toThrow('--arch takes resnet18, resnet34');
    expect(() => parseArguments(['--scratch', '--weights', 'x'], {})).toThrow('exclude each other');
  });
});

describeWithData('the lesson on pets', (data) => {
  it('learns breeds of real photographs', async () => {
    const weights = join(data, 'weights', 'mobilenet_v2_imagenet_dequantized.safetensors');
    const lines: string[] = [];
    const error = await run(
      options({
        data,
        arch: 'mobilenetV2',
        weights,
        folded: true,
        pretrained: true,
        epochs: 3,
        size: 128,
        batchSize: 16,
      }),
      (line) => lines.push(line),
    );
    expect(lines[1]).toBe('296 images train, 74 validate; 37 breeds, Abyssinian first');
    // Of 37 breeds, chance names 97 % wrongly.
    expect(error).toBeLessThan(0.5);
  });
});
