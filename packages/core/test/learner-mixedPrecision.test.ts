import {
  AccumulateScheduler,
  amp,
  type Callback,
  DataBunch,
  Learner,
  MixedPrecision,
  type MixedPrecisionOptions,
  nn,
  optim,
  type Tensor,
  tidy,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { difference } from '../../../test/oracle/compare.js';
import { describeWithOracle, type Output } from '../../../test/oracle/oracle.js';
import { inOrder, randomPairs } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const newModel = () => new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 1));

/** Runs `action` with a learner of 4 batches of 2 rows, trained by plain SGD. */
async function withLearner<T>(
  action: (learn: Learner, data: { x: Tensor; y: Tensor }) => Promise<T>,
  model: nn.AnyModule = newModel(),
  batchSize = 2,
): Promise<T> {
  const [x, y] = randomPairs(8);
  const batches = inOrder(x, y, batchSize);
  using learn = new Learner(new DataBunch(batches, batches, { device: 'cpu' }), model, {
    optFunc: (params) => new optim.SGD(params),
    lossFunc: new nn.MSELoss(),
    wd: 0,
    silent: true,
  });
  try {
    return await action(learn, { x, y });
  } finally {
    for (const held of [x, y, model]) held.dispose();
  }
}

const pythonFit = (dtype: string, scaled: boolean) => `
model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
with torch.no_grad():
    for p, value in zip(model.parameters(), start): p.copy_(value)
opt = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.amp.GradScaler('cpu', growth_interval=3, enabled=${scaled ? 'True' : 'False'})
scales = []
for epoch in range(2):
    for i in range(0, 8, 2):
        with torch.autocast('cpu', dtype=torch.${dtype}):
            out = model(x[i:i + 2])
        scaler.scale(F.mse_loss(out.float(), y[i:i + 2])).backward()
        scaler.unscale_(opt)
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        scaler.step(opt)
        scaler.update()
        opt.zero_grad()
        scales.append(scaler.get_scale())
with torch.autocast('cpu', dtype=torch.${dtype}):
    out = model(x)
result = [0. if scaler.is_enabled() else F.mse_loss(out.float(), y).item(), scales, *model.parameters()]`;

describeWithOracle('mixed precision', (oracle) => {
  it.each(['float16', 'bfloat16'] as const)('%s: a fit as in Python', (dtype) =>
    withLearner(async (learn, { x, y }) => {
      const scaled = dtype === 'float16';
      // The loss of the third batch is infinite in float32 too: its step is left out.
      if (scaled) tidy(() => y.at(4).fill_(1e30));
      const { model } = learn;
      const start = tidy(() => [...model.parameters()].map((p) => p.detach().clone()));
      const { result } = await oracle.evaluate(pythonFit(dtype, scaled), { x, y, start });
      for (const tensor of start) tensor.dispose();
      const scales: number[] = [];
      const precision = new MixedPrecision(learn, { dtype, clip: 0.5, maxNoskip: 3 });
      learn.callbacks.push(precision, {
        order: 1001,
        onBackwardEnd: () => void scales.push(precision.lossScale),
      });
      await learn.fit(2, 0.1);
      const [loss] = await learn.validate();
      const found = [scaled ? 0 : loss, scales, ...model.parameters()];
      const tolerance = { absolute: 2e-3, relative: 1e-2 };
      expect(difference(found, result as Output, tolerance)).toBeUndefined();
      if (scaled) expect(scales).toContain(2 ** 15);
    }),
  );
});

describe('toFp16 and toBf16', () => {
  /** A layer that tells what it runs under. */
  class Spy extends nn.Module {
    readonly inner = newModel();
    fails = false;
    readonly seen: string[] = [];

    protected override forward(x: Tensor): Tensor {
      if (this.fails) throw new Error('mine');
      const out = this.inner.call(x);
      this.seen.push(`${x.dtype} ${out.dtype}`);
      return out;
    }
  }

  it('let the model alone compute in the short dtype', () => {
    const spy = new Spy();
    return withLearner(async (learn) => {
      const around: string[] = [];
      const look = (name: string) => () =>
        void around.push(`${name} ${amp.isAutocastEnabled('cpu')}`);
      learn.lossFunc = (out: Tensor, target: Tensor) => {
        around.push(`loss ${out.dtype} ${amp.isAutocastEnabled('cpu')}`);
        return nn.functional.mseLoss(out, target);
      };
      learn.callbacks = [{ onBackwardBegin: look('backward'), onBatchEnd: look('end') }];
      await learn.toBf16().fit(1);
      expect(new Set(spy.seen)).toEqual(new Set(['float32 bfloat16']));
      expect(spy.seen).toHaveLength(8);
      expect(new Set(around)).toEqual(
        new Set(['loss float32 false', 'backward false', 'end false']),
      );
      spy.seen.length = 0;
      await learn.toFp16().validate();
      expect(new Set(spy.seen)).toEqual(new Set(['float32 float16']));
      expect(learn.callbacks).toHaveLength(2);
      await learn.toFp32().validate();
      expect(spy.seen.at(-1)).toBe('float32 float32');
      expect([...learn.model.parameters()].every(({ dtype }) => dtype === 'float32')).toBe(true);
    }, spy);
  });

  it('end with a batch that fails, before anything else runs', () => {
    const spy = new Spy();
    spy.fails = true;
    return withLearner(async (learn) => {
      const states: boolean[] = [];
      learn.callbacks = [{ onTrainEnd: () => void states.push(amp.isAutocastEnabled('cpu')) }];
      await expect(learn.toFp16().fit(1)).rejects.toThrow('mine');
      expect(states).toEqual([false]);
    }, spy);
  });

  it('show the loss itself, and its gradients to what clips them', () =>
    withLearner(async (learn) => {
      const [losses, norms]: [number[], number[]] = [[], []];
      const watch: Callback = {
        order: 1001,
        onBackwardEnd: () => {
          const squares = [...learn.model.parameters()].map((p) => p.grad?.square().sum().item());
          norms.push(Math.sqrt(squares.reduce((sum: number, part) => sum + Number(part), 0)));
        },
        onBatchEnd: ({ lastLoss }) => void losses.push(Number(lastLoss.item())),
      };
      learn.toFp16({ lossScale: 1024 }).clipGrad(0.01);
      await learn.fit(1, 0, { callbacks: [watch] });
      expect(Math.max(...losses)).toBeLessThan(1000);
      for (const norm of norms) expect(norm).toBeLessThanOrEqual(0.0101);
      expect(Math.max(...norms)).toBeGreaterThan(0.009);
    }));

  it('add up the gradients of batches in their scale', async () => {
    const parameters = (learn: Learner) =>
      [...learn.model.parameters()].flatMap((p) => [...p.toTypedArray()] as number[]);
    const model = newModel();
    const state = tidy(() =>
      Object.entries(model.stateDict()).map(([name, value]) => [name, value.clone()] as const),
    );
    const small = await withLearner(async (learn, { x, y }) => {
      learn.toFp16({ lossScale: 64 });
      const callbacks = [new AccumulateScheduler(learn, { nStep: 2 })];
      await learn.fit(1, 0.1, { callbacks });
      const after = parameters(learn);
      learn.model.loadStateDict(Object.fromEntries(state));
      const whole = inOrder(x, y, 4);
      learn.toFp32().data = new DataBunch(whole, whole, { device: 'cpu' });
      await learn.fit(1, 0.1);
      return [after, parameters(learn)] as const;
    }, model);
    for (const [, tensor] of state) tensor.dispose();
    for (const [i, value] of small[0].entries())
      expect(value).toBeCloseTo(small[1][i] as number, 2);
  });

  it('keep a scale that is not dynamic, and grow no further than maxScale', () =>
    withLearner(async (learn) => {
      const scaleAfter = async (options: MixedPrecisionOptions) => {
        const precision = new MixedPrecision(learn, options);
        learn.callbacks = [precision];
        await learn.fit(1, 0);
        return precision.lossScale;
      };
      expect(await scaleAfter({ dynamic: false })).toBe(512);
      expect(await scaleAfter({ dynamic: false, lossScale: 8, maxNoskip: 1 })).toBe(8);
      expect(await scaleAfter({ lossScale: 8, maxNoskip: 1 })).toBe(128);
      expect(await scaleAfter({ lossScale: 8, maxNoskip: 1, maxScale: 20 })).toBe(20);
      expect(new MixedPrecision(learn).lossScale).toBe(65536);
      expect(await scaleAfter({ dtype: 'bfloat16' })).toBe(1);
    }));

  it('refuse options that mean nothing', () =>
    withLearner(async (learn) => {
      expect(() => learn.toFp16({ lossScale: 0 })).toThrow('lossScale must be above 0, got 0');
      expect(() => learn.toBf16({ clip: -1 })).toThrow('clip must be above 0, got -1');
      expect(() => learn.toFp16({ scale: 2 } as never)).toThrow("no option 'scale'");
    }));

  it('leave a step without gradients as it is', () =>
    withLearner(async (learn) => {
      const skip: Callback = { onBackwardBegin: () => ({ skipBwd: true }) };
      await learn.toFp16().fit(1, 0.1, { callbacks: [skip] });
      expect((learn.callbacks[0] as MixedPrecision).lossScale).toBe(65536);
    }));
});
