import { nn, optim, type Tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const strides = (tensors: Iterable<Tensor>) => [...tensors].map((tensor) => tensor.stride());

describeWithOracle('memory formats', (oracle) => {
  it('of tensors have the strides of Python', () =>
    oracle.compare(
      ({ x, v }) => {
        const last = x.to({ memoryFormat: 'channelsLast' });
        const made = [
          last,
          x.contiguous({ memoryFormat: 'channelsLast' }),
          last.contiguous(),
          last.clone(),
          last.add(1),
          last.to('float64'),
          torch.emptyLike(last),
          torch.empty([2, 3, 4, 5], { memoryFormat: 'channelsLast' }),
          v.to({ memoryFormat: 'channelsLast3d' }),
        ];
        expect(last.to({ memoryFormat: 'channelsLast' })).toBe(last);
        return [...strides(made), last.isContiguous(), last.isContiguous('channelsLast'), last];
      },
      `last = x.to(memory_format=torch.channels_last)
made = [last, x.contiguous(memory_format=torch.channels_last), last.contiguous(), last.clone(),
  last + 1, last.double(), torch.empty_like(last),
  torch.empty([2, 3, 4, 5], memory_format=torch.channels_last),
  v.to(memory_format=torch.channels_last_3d)]
result = [*(list(t.stride()) for t in made), last.is_contiguous(),
  last.is_contiguous(memory_format=torch.channels_last), last]`,
      { x: torch.randn([2, 3, 4, 5]), v: torch.randn([1, 2, 3, 2, 2]) },
    ));

  it('of a module: strides, outputs and training as in Python', () =>
    oracle.compare(
      ({ x, y }) => {
        const model = new nn.Sequential(
          new nn.Conv2d(3, 8, 3, { padding: 1 }),
          new nn.BatchNorm2d(8),
          new nn.ReLU(),
          new nn.Conv2d(8, 4, 1, { stride: 2 }),
          new nn.AdaptiveAvgPool2d(1),
          new nn.Flatten(),
          new nn.Linear(4, 3),
        );
        using optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
        model.to({ memoryFormat: 'channelsLast' });
        const middle = model.at(0).call(x.contiguous({ memoryFormat: 'channelsLast' }));
        for (let step = 0; step < 3; step++) {
          optimizer.zeroGrad();
          nn.functional.crossEntropy(model.call(x), y).backward();
          optimizer.step();
        }
        const parameters = [...model.parameters()];
        const grads = () => parameters.map((parameter) => parameter.grad as Tensor);
        const before = strides([middle as Tensor, ...parameters, ...grads()]);
        model.to({ memoryFormat: 'contiguousFormat', dtype: 'float64' });
        return [...before, ...strides(parameters), ...parameters, ...grads()];
      },
      `model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
  nn.Conv2d(8, 4, 1, stride=2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
opt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
model.to(memory_format=torch.channels_last)
middle = model[0](x.contiguous(memory_format=torch.channels_last))
for _ in range(3):
    opt.zero_grad()
    F.cross_entropy(model(x), y).backward()
    opt.step()
ps = list(model.parameters())
grads = [p.grad for p in ps]
strides = lambda ts: [list(t.stride()) for t in ts]
before = strides([middle, *ps, *grads])
model.to(memory_format=torch.contiguous_format, dtype=torch.float64)
result = [*before, *strides(ps), *ps, *grads]`,
      { x: torch.randn([4, 3, 8, 8]), y: torch.randint(3, [4]) },
      { absolute: 1e-5, relative: 1e-4 },
    ));

  it('of a module with volumes', () =>
    oracle.compare(
      ({ x }) => {
        const layer = new nn.Conv3d(2, 3, [2, 3, 3]).to({ memoryFormat: 'channelsLast3d' });
        return [layer.weight.stride(), layer.call(x).stride(), layer.call(x)];
      },
      `layer = nn.Conv3d(2, 3, [2, 3, 3]).to(memory_format=torch.channels_last_3d)
result = [list(layer.weight.stride()), list(layer(x).stride()), layer(x)]`,
      { x: torch.randn([1, 2, 4, 5, 5]) },
    ));
});

describe('Module.to', () => {
  it('orders only tensors that have the format', () =>
    tidy(() => {
      const model = new nn.Sequential(new nn.Conv2d(2, 3, 3), new nn.Conv3d(2, 3, 3));
      const weights = () => ['0.weight', '1.weight'].map((name) => model.getParameter(name));
      model.to({ memoryFormat: 'channelsLast' });
      expect(strides(weights())).toEqual([
        [18, 1, 6, 2],
        [54, 27, 9, 3, 1],
      ]);
      model.to('float64').to({ memoryFormat: 'channelsLast3d' });
      expect(strides(weights())).toEqual([
        [18, 1, 6, 2],
        [54, 1, 18, 6, 2],
      ]);
      expect(() => model.to({ memoryFormat: 'last' as never })).toThrow(
        "expected a memoryFormat of contiguousFormat, preserveFormat, channelsLast, channelsLast3d, got 'last'",
      );
      expect(() => model.to({ format: 'channelsLast' } as never)).toThrow("no option 'format'");
    }));
});
