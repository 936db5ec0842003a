import {
  dummyBatch,
  dummyEval,
  flattenModel,
  inChannels,
  modelSizes,
  nn,
  numFeaturesModel,
  type ParameterModule,
  type Tensor,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';
import { resnetBody } from './resnet.js';

describeWithOracle('AdaptiveConcatPool2d', (oracle) => {
  it('puts the maximum first, as fast.ai does', () =>
    oracle.compare(
      ({ x }) => new nn.AdaptiveConcatPool2d().call(x),
      'torch.cat([F.adaptive_max_pool2d(x, 1), F.adaptive_avg_pool2d(x, 1)], 1)',
      {
        x: tensor([
          [
            [
              [0, 1],
              [2, 3],
            ],
            [
              [4, 5],
              [6, 7],
            ],
          ],
        ]),
      },
      { gradients: true },
    ));
});

/** Parameters of its own beside a layer, one of them shared with it. */
class Bare extends nn.Module {
  readonly scale = new nn.Parameter(torch.ones([1]));
  readonly inner = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
  readonly tied = this.inner.getParameter('0.weight') as nn.Parameter;

  protected override forward(input: Tensor): Tensor {
    return this.inner.call(input).mul(this.scale);
  }
}

describe('the sizes of a model', () => {
  expectNoLeaks();

  it('are those of a ResNet-34 body in the reference', () =>
    tidy(() => {
      const body = resnetBody();
      const count = [...body.parameters()].reduce((sum, part) => sum + part.numel(), 0);
      expect(count).toBe(21_284_672);
      const shape = (channels: number, side: number) => [1, channels, side, side];
      expect(modelSizes(body, [64, 64])).toEqual([
        shape(64, 32),
        shape(64, 32),
        shape(64, 32),
        shape(64, 16),
        shape(64, 16),
        shape(128, 8),
        shape(256, 4),
        shape(512, 2),
      ]);
      expect(numFeaturesModel(body)).toBe(512);
    }));

  it('of an AdaptiveConcatPool2d: twice the channels, the maximum first', () =>
    tidy(() => {
      const x = tensor([
        [
          [
            [0, 1],
            [2, 3],
          ],
          [
            [4, 5],
            [6, 7],
          ],
        ],
      ]);
      expect(new nn.AdaptiveConcatPool2d().call(x).flatten().toArray()).toEqual([3, 7, 1.5, 5.5]);
    }));

  it('are taken with larger images where the model needs them', () =>
    tidy(() => {
      const model = new nn.Sequential(new nn.Conv2d(1, 5, 100, { stride: 50 }), new nn.ReLU());
      expect(numFeaturesModel(model)).toBe(5);
      const flat = new nn.Sequential(new nn.Linear(3, 2));
      expect(() => numFeaturesModel(flat)).toThrow();
      expect(() => numFeaturesModel(new nn.Sequential(new nn.ReLU()))).toThrow(
        'Sequential has no layer with a weight',
      );
    }));

  it('name a submodule that is not called', () =>
    tidy(() => {
      class Lazy extends nn.Module {
        readonly used = new nn.Conv2d(2, 1, 1);
        readonly unused = new nn.Conv2d(2, 1, 1);
        protected override forward(input: Tensor): Tensor {
          return this.used.call(input);
        }
      }
      expect(() => modelSizes(new Lazy())).toThrow("submodule 'unused' of Lazy gave no tensor");
    }));
});

describe('dummyEval', () => {
  expectNoLeaks();

  it('runs without gradients, and leaves each module in its mode', () =>
    tidy(() => {
      const model = new nn.Sequential(
        new nn.Conv2d(2, 3, 3),
        new nn.BatchNorm2d(3),
        new nn.Dropout(1),
      );
      model.at(1).eval();
      const mean = model.getBuffer('1.running_mean').clone();
      const output = dummyEval(model, [8, 6]);
      expect(output.shape).toEqual([1, 3, 6, 4]);
      expect(output.requiresGrad).toBe(false);
      expect(output.countNonzero().item()).not.toBe(0);
      expect(model.getBuffer('1.running_mean').equal(mean)).toBe(true);
      expect([...model.modules()].map(({ training }) => training)).toEqual([
        true,
        true,
        false,
        true,
      ]);
      expect(() => dummyEval(model, [1, 1])).toThrow();
      expect(model.training).toBe(true);
    }));

  it('gives the model what its parameters are', () =>
    tidy(() => {
      const batch = dummyBatch(new nn.Conv2d(6, 4, 3, { groups: 2, dtype: 'float64' }));
      expect(batch.shape).toEqual([1, 6, 64, 64]);
      expect(batch.dtype).toBe('float64');
      expect(batch.requiresGrad).toBe(false);
      expect(batch.abs().max().item()).toBeLessThanOrEqual(1);
      expect(batch.min().item()).toBeLessThan(0);
    }));
});

describe('inChannels', () => {
  expectNoLeaks();

  it('finds what the first layer with a weight takes', () =>
    tidy(() => {
      const cases = [
        new nn.Conv2d(6, 4, 3, { groups: 2 }),
        new nn.ConvTranspose2d(6, 3, 3),
        new nn.BatchNorm2d(6),
        new nn.Linear(6, 2),
        new nn.Sequential(new nn.ReLU(), new nn.Sequential(new nn.Conv1d(6, 2, 1))),
      ];
      expect(cases.map(inChannels)).toEqual([6, 6, 6, 6, 6]);
    }));
});

describe('flattenModel', () => {
  expectNoLeaks();

  it('lists the innermost modules in order, then bare parameters', () =>
    tidy(() => {
      const model = new nn.Sequential(new nn.Conv2d(1, 1, 1), new Bare());
      const flat = flattenModel(model);
      expect(flat.map((module) => module.constructor.name)).toEqual([
        'Conv2d',
        'Linear',
        'ReLU',
        'ParameterModule',
      ]);
      const bare = flat[3] as ParameterModule;
      expect(bare.val).toBe(model.getParameter('1.scale'));
      expect(bare.call(bare.val)).toBe(bare.val);
      const layer = new nn.ReLU();
      expect(flattenModel(layer)).toEqual([layer]);
    }));
});
