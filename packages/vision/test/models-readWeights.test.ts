import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, tidy, torch } from '@flambeau/core';
import { models } from '@flambeau/vision';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flambeau-weights-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, name);

describe('readWeights', () => {
  expectNoLeaks();

  it('reads both kinds of files', () =>
    tidy(() => {
      const state = { 'fc.weight': torch.randn([2, 3]), 'fc.bias': torch.randn([2]) };
      io.save(state, file('plain.pth'));
      io.saveFile(state, file('plain.safetensors'));
      for (const name of ['plain.pth', 'plain.safetensors']) {
        const read = models.readWeights(file(name));
        expect(Object.keys(read).sort()).toEqual(['fc.bias', 'fc.weight']);
        for (const [key, tensor] of Object.entries(state)) {
          expect(read[key]?.equal(tensor)).toBe(true);
        }
      }
    }));

  it('finds the state dictionary of a training checkpoint on several GPUs', () =>
    tidy(() => {
      const state = { 'module.fc.weight': torch.ones([1]), 'module.fc.bias': torch.ones([1]) };
      io.save({ epoch: 3, state_dict: state }, file('nested.pth'));
      expect(Object.keys(models.readWeights(file('nested.pth')))).toEqual(['fc.weight', 'fc.bias']);
    }));

  it('gives names of today to files of DenseNets, and lets others be', () =>
    tidy(() => {
      const one = torch.ones([1]);
      const names = [
        'features.denseblock1.denselayer12.norm.1.weight',
        'features.denseblock1.denselayer12.conv.2.weight',
        'features.norm.1.weight',
        'module.weight',
      ];
      io.save(Object.fromEntries(names.map((name) => [name, one])), file('dense.pth'));
      expect(Object.keys(models.readWeights(file('dense.pth')))).toEqual([
        'features.denseblock1.denselayer12.norm1.weight',
        'features.denseblock1.denselayer12.conv2.weight',
        'features.norm.1.weight',
        'module.weight',
      ]);
    }));

  it('refuses what is no state dictionary', () => {
    for (const [name, content] of [
      ['list.pth', [1, 2]],
      ['text.pth', { state_dict: 'none' }],
      ['number.pth', 7],
      ['null.pth', null],
    ] as const) {
      io.save(content, file(name));
      expect(() => models.readWeights(file(name))).toThrow(
        new io.FileFormatError(`${file(name)} holds no state dictionary`),
      );
    }
    expect(() => models.readWeights(file('missing.pth'))).toThrow('missing.pth');
  });
});
