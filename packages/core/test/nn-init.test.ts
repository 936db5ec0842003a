import { Generator, nn, tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const { init } = nn;

describeWithOracle('nn.init', (oracle) => {
  it.each([
    [
      'uniform_',
      () => init.uniform_(torch.empty([4, 5]), -2, 3),
      'uniform_(torch.empty(4, 5), -2, 3)',
    ],
    ['normal_', () => init.normal_(torch.empty([4, 5]), 1, 2), 'normal_(torch.empty(4, 5), 1, 2)'],
    ['constant_', () => init.constant_(torch.empty([3]), 0.5), 'constant_(torch.empty(3), 0.5)'],
    ['ones_', () => init.ones_(torch.empty([3])), 'ones_(torch.empty(3))'],
    ['zeros_', () => init.zeros_(torch.empty([3])), 'zeros_(torch.empty(3))'],
    [
      'xavierUniform_',
      () => init.xavierUniform_(torch.empty([4, 5, 3]), 2),
      'xavier_uniform_(torch.empty(4, 5, 3), 2)',
    ],
    [
      'xavierNormal_',
      () => init.xavierNormal_(torch.empty([4, 5])),
      'xavier_normal_(torch.empty(4, 5))',
    ],
    [
      'kaimingUniform_',
      () => init.kaimingUniform_(torch.empty([4, 5, 3, 3]), { a: 0.3 }),
      'kaiming_uniform_(torch.empty(4, 5, 3, 3), a=0.3)',
    ],
    [
      'kaimingNormal_',
      () => init.kaimingNormal_(torch.empty([4, 5]), { mode: 'fanOut', nonlinearity: 'relu' }),
      "kaiming_normal_(torch.empty(4, 5), mode='fan_out', nonlinearity='relu')",
    ],
    [
      'truncNormal_ by drawing again',
      () => init.truncNormal_(torch.empty([50, 20]), { std: 1.5 }),
      'trunc_normal_(torch.empty(50, 20), std=1.5)',
    ],
    [
      'truncNormal_ by rejection',
      () => init.truncNormal_(torch.empty([50, 20]), { mean: 1, std: 2, a: 2, b: 2.5 }),
      'trunc_normal_(torch.empty(50, 20), mean=1, std=2, a=2, b=2.5)',
    ],
  ] as const)('%s draws as Python does', (_, ours, python) =>
    oracle.compare(ours, `nn.init.${python}`, {}),
  );

  it('calculateGain', () =>
    oracle.compare(
      () => [
        ...(['linear', 'conv2d', 'sigmoid', 'tanh', 'relu', 'selu'] as const).map((name) =>
          init.calculateGain(name),
        ),
        init.calculateGain('leakyRelu'),
        init.calculateGain('leakyRelu', 0.3),
      ],
      `[*(float(nn.init.calculate_gain(n)) for n in ('linear', 'conv2d', 'sigmoid', 'tanh', 'relu', 'selu')),
nn.init.calculate_gain('leaky_relu'), nn.init.calculate_gain('leaky_relu', 0.3)]`,
      {},
    ));
});

describe('nn.init', () => {
  it('fills a parameter in place, and gives it back', () =>
    tidy(() => {
      const parameter = new nn.Parameter(torch.ones([2, 2]));
      expect(init.zeros_(parameter)).toBe(parameter);
      expect([parameter.requiresGrad, parameter.isLeaf]).toEqual([true, true]);
    }));

  it('draws from a generator of one’s own', () =>
    tidy(() => {
      const draw = () =>
        init.kaimingUniform_(torch.empty([3, 3]), { generator: new Generator().manualSeed(5) });
      expect(draw().equal(draw())).toBe(true);
    }));

  it('leaves an empty tensor to itself', () =>
    tidy(() => {
      expect(init.kaimingNormal_(torch.empty([0, 3])).shape).toEqual([0, 3]);
    }));

  it('refuses what has no fan, and unknown words', () =>
    tidy(() => {
      expect(() => init.xavierNormal_(tensor([1, 2]))).toThrow(
        'at least 2 dimensions, got shape [2]',
      );
      expect(() => init.calculateGain('softmax' as never)).toThrow("nonlinearity 'softmax'");
      const mode = 'fan_in' as never;
      expect(() => init.kaimingNormal_(torch.ones([2, 2]), { mode })).toThrow("got 'fan_in'");
    }));
});
