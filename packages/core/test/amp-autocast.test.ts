import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  amp,
  autograd,
  type FunctionContext,
  nn,
  noGrad,
  type Tensor,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it, vi } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const F = nn.functional;

const newInputs = () => ({
  x: torch.randn([5, 4]),
  w: torch.randn([6, 4]),
  b: torch.randn([6]),
  t: torch.randn([5, 6]),
  y: torch.randint(6, [5]),
  s: torch.randn([2, 3, 3]),
  i: torch.randn([2, 3, 7, 7]),
  k: torch.randn([4, 3, 3, 3]),
});

/** Each is `fn` here and an expression of the same inputs in Python, under autocast. */
// biome-ignore format: rows
const operations: readonly (readonly [
  name: string,
  fn: (inputs: ReturnType<typeof newInputs>) => Tensor | readonly Tensor[],
  python: string,
])[] = [
  ['linear', ({ x, w, b }) => F.linear(x, w, b), 'F.linear(x, w, b)'],
  ['matmul', ({ x, w }) => x.matmul(w.t()), 'x @ w.t()'],
  ['bmm and add', ({ s }) => torch.bmm(s, s.mT).add(s), 'torch.bmm(s, s.mT) + s'],
  ['conv', ({ i, k }) => F.conv2d(i, k, null, { padding: 1 }), 'F.conv2d(i, k, None, padding=1)'],
  ['softmax of a product', ({ x, w }) => F.linear(x, w).softmax(1), 'F.linear(x, w).softmax(1)'],
  ['layerNorm of a product', ({ x, w }) => F.layerNorm(F.linear(x, w), [6]), 'F.layer_norm(F.linear(x, w), [6])'],
  ['mseLoss', ({ x, w, t }) => F.mseLoss(F.linear(x, w), t), 'F.mse_loss(F.linear(x, w), t)'],
  ['crossEntropy', ({ x, w, y }) => F.crossEntropy(F.linear(x, w), y), 'F.cross_entropy(F.linear(x, w), y)'],
  ['cat of two dtypes', ({ x, w, t }) => torch.cat([F.linear(x, w), t], 1), 'torch.cat([F.linear(x, w), t], 1)'],
  ['relu, exp and sum', ({ x, w }) => { const h = F.linear(x, w).relu(); return [h, h.exp(), h.sum()]; }, '(lambda h: [h, h.exp(), h.sum()])(F.linear(x, w).relu())'],
];

describeWithOracle('autocast on a CPU', (oracle) => {
  for (const dtype of ['bfloat16', 'float16'] as const) {
    it.each(operations)(`${dtype}: %s has Python's dtypes, values and gradients`, (_, fn, python) =>
      oracle.compare(
        (inputs) => amp.autocast({ deviceType: 'cpu', dtype }, () => fn(inputs)),
        `with torch.autocast('cpu', dtype=torch.${dtype}):\n    result = ${python}`,
        newInputs(),
        { gradients: true, ...(dtype === 'float16' && { absolute: 2e-3, relative: 4e-3 }) },
      ),
    );
  }

  it('off within on computes as outside', () =>
    oracle.compare(
      ({ x, w }) =>
        amp.autocast('cpu', () => {
          const h = F.linear(x, w);
          const [off, on] = amp.autocast({ deviceType: 'cpu', enabled: false }, () => [
            F.linear(x, w),
            amp.autocast({ deviceType: 'cpu', dtype: 'float16' }, () => F.linear(x, w)),
          ]);
          return [h, off, on, F.linear(x, w)];
        }),
      `with torch.autocast('cpu'):
    h = F.linear(x, w)
    with torch.autocast('cpu', enabled=False):
        off = F.linear(x, w)
        with torch.autocast('cpu', dtype=torch.float16):
            on = F.linear(x, w)
    result = [h, off, on, F.linear(x, w)]`,
      { x: torch.randn([5, 4]), w: torch.randn([6, 4]) },
    ));

  it('trains a network as in Python', () =>
    oracle.compare(
      ({ x, y }) => {
        const model = new nn.Sequential(
          new nn.Conv2d(3, 8, 3, { padding: 1 }),
          new nn.BatchNorm2d(8),
          new nn.ReLU(),
          new nn.AdaptiveAvgPool2d(1),
          new nn.Flatten(),
          new nn.Linear(8, 3),
        );
        const losses = [0, 1, 2].map(() => {
          model.zeroGrad();
          const loss = amp.autocast('cpu', () => F.crossEntropy(model.call(x), y));
          loss.backward();
          noGrad(() => {
            for (const p of model.parameters()) p.sub_(p.grad as Tensor, { alpha: 0.1 });
          });
          return loss;
        });
        return [...losses, ...[...model.parameters()].map((p) => p.grad as Tensor)];
      },
      `model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3))
losses = []
for _ in range(3):
    model.zero_grad()
    with torch.autocast('cpu'):
        loss = F.cross_entropy(model(x), y)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters(): p.sub_(p.grad, alpha=0.1)
    losses.append(loss)
result = [*losses, *(p.grad for p in model.parameters())]`,
      { x: torch.randn([4, 3, 8, 8]), y: torch.randint(3, [4]) },
      { absolute: 2e-3, relative: 2e-2 },
    ));

  it('reaches into custom functions, forward and backward', () => {
    class Product extends autograd.Function {
      static forward(context: FunctionContext, a: Tensor, b: Tensor): Tensor {
        context.saveForBackward(a, b);
        return a.mm(b);
      }
      static backward(context: FunctionContext, grad: Tensor): Tensor[] {
        const [a, b] = context.savedTensors as [Tensor, Tensor];
        return [grad.mm(b.t().to(grad.dtype)), a.t().to(grad.dtype).mm(grad)];
      }
    }
    return oracle.compare(
      ({ a, b }) => amp.autocast('cpu', () => Product.apply(a, b)),
      `class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a.mm(b)
    @staticmethod
    def backward(ctx, grad):
        a, b = ctx.saved_tensors
        return grad.mm(b.t().to(grad.dtype)), a.t().to(grad.dtype).mm(grad)
with torch.autocast('cpu'):
    result = Product.apply(a, b)`,
      { a: torch.randn([3, 4]), b: torch.randn([4, 2]) },
      { gradients: true },
    );
  });

  it.each([undefined, 'float32'] as const)('customFwd with castInputs %s', (castInputs) => {
    const on = { deviceType: 'cpu' } as const;
    class Product extends autograd.Function {
      static forward = amp.customFwd({ ...on, castInputs }, (context, a: Tensor, b: Tensor) => {
        context.saveForBackward(a, b);
        return a.mm(b);
      });
      static backward = amp.customBwd(on, (context, grad) => {
        const [a, b] = context.savedTensors as [Tensor, Tensor];
        return [(grad as Tensor).mm(b.t()), a.t().mm(grad as Tensor)];
      });
    }
    const cast = castInputs === undefined ? '' : `, cast_inputs=torch.${castInputs}`;
    return oracle.compare(
      ({ a, b }) => amp.autocast('cpu', () => Product.apply(a.relu().mm(b), b.t())),
      `class Product(torch.autograd.Function):
    @staticmethod
    @torch.amp.custom_fwd(device_type='cpu'${cast})
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a.mm(b)
    @staticmethod
    @torch.amp.custom_bwd(device_type='cpu')
    def backward(ctx, grad):
        a, b = ctx.saved_tensors
        return grad.mm(b.t()), a.t().mm(grad)
with torch.autocast('cpu'):
    result = Product.apply(a.relu().mm(b), b.t())`,
      { a: torch.randn([3, 4]), b: torch.randn([4, 2]) },
      { gradients: true },
    );
  });

  it('is available where Python has it', async () => {
    const { result } = await oracle.evaluate(
      "result = [torch.amp.is_autocast_available(d) for d in ['cpu', 'cuda', 'meta']]",
    );
    const devices = ['cpu', 'cuda', 'meta'] as const;
    expect(devices.map(amp.isAutocastAvailable)).toEqual(result);
    const { result: dtypes } = await oracle.evaluate(
      "result = [str(torch.get_autocast_dtype(d))[6:] for d in ['cpu', 'cuda']]",
    );
    expect([amp.getAutocastDtype('cpu'), amp.getAutocastDtype('cuda')]).toEqual(dtypes);
  });
});

describe('the state of autocast', () => {
  const state = () => [amp.isAutocastEnabled('cpu'), amp.getAutocastDtype('cpu')];
  const before = [false, 'bfloat16'];

  it('lasts as long as the function or the block', () => {
    {
      using _ = amp.autocast({ deviceType: 'cpu', dtype: 'float16' });
      expect(state()).toEqual([true, 'float16']);
      amp.autocast({ deviceType: 'cpu', enabled: false }, () =>
        expect(state()).toEqual([false, 'float16']),
      );
      expect(state()).toEqual([true, 'float16']);
    }
    expect(state()).toEqual(before);
  });

  it('is as before when the function throws, and async ones are refused', () => {
    expect(() =>
      amp.autocast('cpu', () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(() => amp.autocast('cpu', async () => 1)).toThrow('takes a synchronous function');
    expect(state()).toEqual(before);
  });

  it('keeps the cast of a weight until it ends, unless told otherwise', () =>
    tidy(() => {
      const [x, w] = [torch.ones([1, 1]), tensor([[1]], { requiresGrad: true })];
      const twice = (cacheEnabled: boolean) =>
        amp.autocast({ deviceType: 'cpu', cacheEnabled }, () => {
          const first = x.mm(w).item();
          noGrad(() => w.add_(1));
          return [first, x.mm(w).item()];
        });
      expect(twice(true)).toEqual([1, 1]);
      expect(twice(false)).toEqual([2, 3]);
      amp.autocast('cpu', () => {
        expect(x.mm(w).item()).toBe(3);
        noGrad(() => w.add_(1));
        amp.clearAutocastCache();
        expect(x.mm(w).item()).toBe(4);
      });
    }));

  it('belongs to the thread', async () => {
    const program = `
      import('@flambeau/core').then(({ amp }) => {
        const before = amp.isAutocastEnabled('cpu');
        amp.autocast('cpu');
        const { parentPort } = require('node:worker_threads');
        parentPort.postMessage([before, amp.isAutocastEnabled('cpu')]);
      });`;
    const answer = amp.autocast('cpu', () => {
      const worker = new Worker(program, { eval: true });
      return once(worker, 'message').finally(() => worker.terminate());
    });
    expect(await answer).toEqual([[false, true]]);
    expect(state()).toEqual(before);
  });

  it('refuses what it cannot do', () => {
    const on = (options: object) => () => amp.autocast(options as amp.AutocastOptions);
    expect(on({ deviceType: 'cpu', dtype: 'float32' })).toThrow('bfloat16 or float16, got float32');
    expect(on({ deviceType: 'cpu', cache: true })).toThrow("no option 'cache'");
    expect(on({ deviceType: 'meta' })).toThrow('autocast is not available for meta');
    expect(state()).toEqual(before);
  });

  it.skipIf(torch.cuda.isAvailable())('warns where there is no GPU, and does nothing', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    amp.autocast('cuda', () => expect(amp.isAutocastEnabled('cuda')).toBe(false));
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('no GPU'), 'TorchWarning');
    warned.mockRestore();
  });
});
