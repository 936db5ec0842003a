import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataBunch, Learner, loadLearner, nn, Tensor, tidy, torch } from '@flambeau/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inOrder } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

let path = '';
beforeAll(() => {
  path = mkdtempSync(join(tmpdir(), 'flambeau-spec-'));
});
afterAll(() => rmSync(path, { recursive: true }));

type Case = [make: () => nn.AnyModule, ...shapes: number[][]];

/** Modules and the shapes of their inputs, at least one of each kind of class. */
const cases: Case[] = [
  [() => new nn.Linear(3, 2, { bias: false }), [2, 3]],
  [() => new nn.Bilinear(3, 4, 2), [2, 3], [2, 4]],
  [() => new nn.Conv1d(2, 3, 3, { padding: 1, paddingMode: 'circular' }), [1, 2, 5]],
  [() => new nn.Conv2d(2, 4, 3, { groups: 2, padding: 'same' }), [1, 2, 5, 5]],
  [() => new nn.Conv3d(1, 1, 2, { dtype: 'float64' }).float(), [1, 1, 3, 3, 3]],
  [() => new nn.ConvTranspose2d(2, 3, 3, { stride: 2, outputPadding: 1 }), [1, 2, 3, 3]],
  [() => new nn.BatchNorm2d(2, { affine: false }), [2, 2, 3, 3]],
  [() => new nn.InstanceNorm1d(2, { affine: true, trackRunningStats: true }), [2, 2, 3]],
  [() => new nn.GroupNorm(2, 4), [1, 4, 3]],
  [() => new nn.LayerNorm([3]), [2, 3]],
  [() => new nn.RMSNorm([3]), [2, 3]],
  [() => new nn.LocalResponseNorm(2), [1, 4, 3]],
  [() => new nn.MaxPool2d(2), [1, 2, 4, 4]],
  [() => new nn.AvgPool1d(2), [1, 2, 4]],
  [() => new nn.LPPool2d(2, 2), [1, 2, 4, 4]],
  [() => new nn.AdaptiveMaxPool2d([2, null]), [1, 2, 4, 4]],
  [() => new nn.AdaptiveConcatPool2d(2), [1, 2, 4, 4]],
  [() => new nn.ReflectionPad2d([1, 0, 0, 1]), [1, 2, 4, 4]],
  [() => new nn.ConstantPad1d(2, Number.NEGATIVE_INFINITY), [1, 2, 4]],
  [() => new nn.PixelShuffle(2), [1, 4, 2, 2]],
  [() => new nn.Unfold([2, 2]), [1, 2, 3, 3]],
  [() => new nn.Upsample({ scaleFactor: 2, mode: 'bilinear' }), [1, 2, 3, 3]],
  [() => new nn.Flatten(), [2, 3, 4]],
  [() => new nn.Softmax(1), [2, 3]],
  [() => new nn.PReLU(3), [2, 3]],
  [() => new nn.GELU({ approximate: 'tanh' }), [2, 3]],
  [() => new nn.Threshold(0.1, 20), [2, 3]],
  [() => new nn.Dropout2d(0.3), [2, 3, 4, 4]],
  [() => new nn.SigmoidRange(-1, 3), [2, 3]],
  [() => new nn.CosineSimilarity(), [2, 3], [2, 3]],
  [() => new nn.MSELoss({ reduction: 'sum' }), [2, 3], [2, 3]],
  [() => new nn.HuberLoss({ delta: 0.3 }), [2, 3], [2, 3]],
  [() => new nn.RNNCell(3, 2, { nonlinearity: 'relu' }), [2, 3]],
  [() => new nn.GRU(3, 2, { bidirectional: true }), [4, 1, 3]],
  [() => new nn.LSTM(3, 4, { projSize: 2, numLayers: 2 }), [4, 1, 3]],
  [() => new nn.MultiheadAttention(4, 2), [3, 2, 4], [3, 2, 4], [3, 2, 4]],
  [() => new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 3 }), [3, 2, 4]],
  [() => new nn.TransformerDecoderLayer(4, 2, { dimFeedforward: 3 }), [3, 2, 4], [2, 2, 4]],
];

/** All tensors in what a module gave. */
const tensorsIn = (value: unknown): Tensor[] =>
  value instanceof Tensor ? [value] : Array.isArray(value) ? value.flatMap(tensorsIn) : [];

describe('the modules of nn', () => {
  expectNoLeaks();

  it.each(cases.map(([make, ...shapes]) => [tidy(() => make().toString()), make, shapes] as const))(
    'are rebuilt of their fields: %s',
    (_, make, shapes) =>
      tidy(() => {
        const model = make();
        const x = torch.zeros([0, 1]);
        const data = new DataBunch(inOrder(x, x, 1), null, { device: 'cpu', path });
        new Learner(data, model, { lossFunc: new nn.MSELoss() }).export();
        const again = loadLearner(path, undefined, { device: 'cpu' }).model;
        expect(again.constructor).toBe(model.constructor);
        expect(again.toString()).toBe(model.toString());
        expect(Object.keys(again)).toEqual(Object.keys(model));
        expect(Object.keys(again.stateDict())).toEqual(Object.keys(model.stateDict()));
        const inputs = shapes.map((shape) => torch.randn(shape));
        const [ours, theirs] = [model.eval(), again].map((module) =>
          tensorsIn(module.call(...inputs)),
        ) as [Tensor[], Tensor[]];
        expect(theirs.length).toBeGreaterThan(0);
        for (const [i, output] of theirs.entries()) {
          expect(output.equal(ours[i] as Tensor)).toBe(true);
        }
      }),
  );
});
