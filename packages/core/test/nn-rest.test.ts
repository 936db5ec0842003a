import { nn, tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

const tolerance = { absolute: 1e-4, relative: 1e-4 };

describeWithOracle('further modules', (oracle) => {
  it('Identity takes anything', () =>
    oracle.compare(
      ({ x }) => [new nn.Identity().call(x), new nn.Identity().toString()],
      '[nn.Identity(54, unused=True)(x), repr(nn.Identity())]',
      { x: torch.randn([2, 3]) },
      { gradients: true },
    ));

  const softmaxes = [
    ['20, [4, 9]', () => new nn.AdaptiveLogSoftmaxWithLoss(16, 20, [4, 9])],
    [
      '20, [2, 5, 10], div_value=2., head_bias=True',
      () => new nn.AdaptiveLogSoftmaxWithLoss(16, 20, [2, 5, 10], { divValue: 2, headBias: true }),
    ],
    ['20, [19], dtype=torch.float32', () => new nn.AdaptiveLogSoftmaxWithLoss(16, 20, [19])],
  ] as const;

  it.each(softmaxes)('AdaptiveLogSoftmaxWithLoss(16, %s)', (python, make) =>
    oracle.compare(
      ({ x, t }) => {
        const layer = make();
        const { output, loss } = layer.call(x.requiresGrad_(), t);
        loss.add(output.sin().sum()).backward();
        const single = layer.call(x.at(0), t.at(0));
        const evaluated = [layer.logProb(x), layer.predict(x), single.output, single.loss];
        const names = Object.keys(layer.stateDict());
        return [output, loss, x.grad, ...stateOf(layer), ...evaluated, names, layer.toString()];
      },
      `${pythonState}m = nn.AdaptiveLogSoftmaxWithLoss(16, ${python})
y, l = m(x.requires_grad_(), t)
(l + y.sin().sum()).backward()
result = [y, l, x.grad, *state(m), m.log_prob(x), m.predict(x), *m(x[0], t[0]), list(m.state_dict()), repr(m)]`,
      { x: torch.randn([12, 16]), t: torch.randint(0, 20, [12]) },
      tolerance,
    ),
  );

  it('AdaptiveLogSoftmaxWithLoss refuses what does not fit', () =>
    tidy(() => {
      for (const cutoffs of [[], [3, 3], [0, 2], [5], [1.5]]) {
        expect(() => new nn.AdaptiveLogSoftmaxWithLoss(4, 5, cutoffs)).toThrow(
          `cutoffs must be rising whole numbers from 1 to 4, got [${cutoffs.join(', ')}]`,
        );
      }
      const layer = new nn.AdaptiveLogSoftmaxWithLoss(4, 5, [2]);
      const x = torch.ones([2, 4]);
      expect(() => layer.call(x, tensor([1, 5], { dtype: 'int64' }))).toThrow(
        'targets must be from 0 to 4, got values from 1 to 5',
      );
      expect(() => layer.call(x, tensor([1], { dtype: 'int64' }))).toThrow(
        'or [features] and [], got [2, 4] and [1]',
      );
    }));

  const losses = [
    ['', {}],
    ['bias=True, reduction="sum"', { bias: true, reduction: 'sum' }],
    ['ignore_index=2, label_smoothing=0.1', { ignoreIndex: 2, labelSmoothing: 0.1 }],
  ] as const;

  it.each(losses)('LinearCrossEntropyLoss(4, 3, %s)', (python, options) =>
    oracle.compare(
      ({ x, t }) => {
        const loss = new nn.LinearCrossEntropyLoss(4, 3, options);
        const y = loss.call(x.requiresGrad_(), t);
        y.backward();
        return [y, x.grad, ...stateOf(loss), Object.keys(loss.stateDict()), loss.toString()];
      },
      `${pythonState}m = nn.LinearCrossEntropyLoss(4, 3, ${python})
y = m(x.requires_grad_(), t)
y.backward()
result = [y, x.grad, *state(m), list(m.state_dict()), repr(m)]`,
      { x: torch.randn([6, 4]), t: torch.randint(0, 3, [6]) },
      tolerance,
    ),
  );

  it('LinearCrossEntropyLoss with weights, of a target of two dimensions', () =>
    oracle.compare(
      ({ x, t, w }) => {
        const loss = new nn.LinearCrossEntropyLoss(4, 3, {
          weight: w,
          outFeatures: [2],
          bias: true,
          reduction: 'none',
        });
        return [loss.call(x, t), Object.keys(loss.stateDict()), loss.toString()];
      },
      `m = nn.LinearCrossEntropyLoss(4, 3, weight=w, out_features=(2,), bias=True, reduction='none')
result = [m(x, t), list(m.state_dict()), repr(m)]`,
      { x: torch.randn([6, 4]), t: torch.randint(0, 3, [6, 2]), w: torch.rand([3]) },
      tolerance,
    ));

  it('LinearCrossEntropyLoss refuses what does not fit', () =>
    tidy(() => {
      expect(() => new nn.LinearCrossEntropyLoss(4, 3, { weight: torch.ones([2]) })).toThrow(
        'LinearCrossEntropyLoss: weight must have the shape [3], got [2]',
      );
      expect(() => new nn.LinearCrossEntropyLoss(4, 3, { labelSmoothing: 2 })).toThrow(
        'must be between 0 and 1, got 2',
      );
    }));

  it('SyncBatchNorm of one process: two training batches, then evaluation', () =>
    oracle.compare(
      ({ a, b }) => {
        const layer = new nn.SyncBatchNorm(4, { momentum: null });
        const first = layer.call(a);
        const second = layer.call(b.requiresGrad_());
        second.sin().sum().backward();
        const evaluated = layer.eval().call(a);
        return [first, second, evaluated, b.grad, ...stateOf(layer), layer.toString()];
      },
      `${pythonState}m = nn.SyncBatchNorm(4, momentum=None)
y1, y2 = m(a), m(b.requires_grad_())
y2.sin().sum().backward()
result = [y1, y2, m.eval()(a), b.grad, *state(m), repr(m)]`,
      { a: torch.randn([5, 4]), b: torch.randn([3, 4, 2, 3]) },
      tolerance,
    ));

  it('convertSyncBatchnorm takes over parameters, statistics and mode', () =>
    oracle.compare(
      ({ x }) => {
        const inner = new nn.Sequential(new nn.Linear(4, 4), new nn.BatchNorm1d(4));
        const model = new nn.Sequential(inner, new nn.BatchNorm1d(4, { affine: false }).eval());
        model.call(x);
        const parameters = [...model.parameters()];
        const converted = nn.SyncBatchNorm.convertSyncBatchnorm(model) as typeof model;
        const same = [...converted.parameters()].every((p, i) => p === parameters[i]);
        const alone = nn.SyncBatchNorm.convertSyncBatchnorm(new nn.BatchNorm2d(3));
        const texts = [converted.toString(), alone.toString()];
        return [converted.call(x), ...stateOf(converted), converted === model && same, texts];
      },
      `${pythonState}m = nn.Sequential(nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)), nn.BatchNorm1d(4, affine=False).eval())
m(x)
c = nn.SyncBatchNorm.convert_sync_batchnorm(m)
result = [c(x), *state(c), c is m, [repr(c), repr(nn.SyncBatchNorm.convert_sync_batchnorm(nn.BatchNorm2d(3)))]]`,
      { x: torch.randn([6, 4]) },
      tolerance,
    ));

  it('SyncBatchNorm refuses an input without batch', () =>
    tidy(() => {
      expect(() => new nn.SyncBatchNorm(3).call(torch.ones([3]))).toThrow(
        'SyncBatchNorm: the input must have 2 or more dimensions, got shape [3]',
      );
    }));
});
