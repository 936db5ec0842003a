import { setImmediate } from 'node:timers/promises';
import {
  Hook,
  Hooks,
  hookOutput,
  hookOutputs,
  memory,
  nn,
  type Tensor,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

/** Two outputs, of which one has no gradient. */
class Split extends nn.Module<[input: Tensor], readonly Tensor[]> {
  protected override forward(input: Tensor): readonly Tensor[] {
    return [input.mul(2), input.mul(3), input.detach()];
  }
}

const rounded = (tensor: Tensor | null | undefined) => tensor?.toArray();

describeWithOracle('the hooks of fast.ai', (oracle) => {
  it('store activations and their gradients as Python computes them', () =>
    oracle.compare(
      ({ x }) => {
        const body = new nn.Sequential(
          new nn.Conv2d(3, 4, 3),
          new nn.BatchNorm2d(4),
          new nn.ReLU(),
        );
        const model = new nn.Sequential(
          body,
          new nn.AdaptiveAvgPool2d(1),
          new nn.Flatten(),
          new nn.Linear(4, 2),
        );
        using activations = hookOutput(body);
        using gradients = hookOutput(body, { grad: true });
        model.eval().call(x).select(0, 0).select(0, 1).backward();
        return [activations.stored, gradients.stored];
      },
      `body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
model = nn.Sequential(body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)).eval()
seen = []
body.register_forward_hook(lambda m, i, o: (o.retain_grad(), seen.append(o))[-1])
model(x)[0, 1].backward()
result = [seen[0].detach(), [seen[0].grad]]`,
      { x: torch.randn([2, 3, 7, 7]) },
    ));

  it('store the gradient before a layer that works in place, as in Python', () =>
    oracle.compare(
      ({ x }) => {
        const layer = new nn.Linear(3, 4);
        using gradients = hookOutput(layer, { grad: true });
        using copied = hookOutput(layer, { clone: true });
        using shared = hookOutput(layer);
        new nn.Sequential(layer, new nn.ReLU({ inplace: true })).call(x).square().sum().backward();
        return [gradients.stored, copied.stored, shared.stored];
      },
      `layer = nn.Linear(3, 4)
y = layer(x)
y.register_hook(lambda g: result.append([g]))
result = []
before = y.detach().clone()
z = F.relu_(y)
z.square().sum().backward()
result += [before, z.detach()]`,
      { x: torch.randn([5, 3]) },
    ));

  it('on backward passes are given the gradients of inputs and outputs', () =>
    oracle.compare(
      ({ x }) => {
        const layer = new nn.Linear(3, 2);
        using hook = new Hook(layer, (_, gradInput, gradOutput) => [gradInput, gradOutput], {
          isForward: false,
        });
        layer.call(x.requiresGrad_()).square().sum().backward();
        return hook.stored;
      },
      `layer = nn.Linear(3, 2)
result = []
layer.register_full_backward_hook(lambda m, gi, go: result.extend([list(gi), list(go)]))
layer(x.requires_grad_()).square().sum().backward()`,
      { x: torch.randn([4, 3]) },
    ));
});

describe('Hook', () => {
  expectNoLeaks();

  it('keeps the latest result, also after its removal', () =>
    tidy(() => {
      const layer = new nn.Identity();
      const hook = new Hook(layer, (module, [input], output) => {
        expect(module).toBe(layer);
        return [input.item(), (output.item() as number) + 1];
      });
      expect([hook.stored, hook.removed]).toEqual([null, false]);
      layer.call(tensor([1]));
      layer.call(tensor([2]));
      expect(hook.stored).toEqual([2, 3]);
      hook.remove();
      hook.remove();
      layer.call(tensor([3]));
      expect([hook.stored, hook.removed]).toEqual([[2, 3], true]);
    }));

  it('is taken away at the end of its block, also by an error', () =>
    tidy(() => {
      const layer = new nn.Identity();
      let outside: Hook<Tensor> | undefined;
      expect(() => {
        using hook = hookOutput(layer);
        outside = hook;
        layer.call(tensor([4]));
        throw new Error('mine');
      }).toThrow('mine');
      layer.call(tensor([5]));
      expect(outside?.removed).toBe(true);
      expect(rounded(outside?.stored)).toEqual([4]);
      outside?.clear();
      expect(outside?.stored).toBeNull();
    }));

  it('owns what it stores: it outlives scopes, and the next call frees it', () => {
    const layer = new nn.Linear(2, 3);
    const live = memory.liveTensors();
    const hook = hookOutput(layer);
    const call = () => tidy(() => void layer.call(torch.ones([1, 2])));
    call();
    const first = hook.stored as Tensor;
    expect(first.shape).toEqual([1, 3]);
    expect(first.requiresGrad).toBe(false);
    for (let i = 0; i < 5; i++) call();
    expect(first.isDisposed).toBe(true);
    expect(memory.liveTensors()).toBe(live + 1);
    hook.remove();
    expect(hook.stored?.isDisposed).toBe(false);
    hook.clear();
    expect(memory.liveTensors()).toBe(live);
    layer.dispose();
  });

  it('stores what is computed, in arrays and objects, and leaves it where there is nothing new', () =>
    tidy(() => {
      const layer = new nn.Linear(2, 2);
      let skip = false;
      using hook = new Hook(layer, (_, __, output) =>
        skip ? undefined : { mean: output.mean(), parts: [output, 'text'] },
      );
      tidy(() => void layer.call(torch.ones([3, 2])));
      const { mean, parts } = hook.stored as { mean: Tensor; parts: [Tensor, string] };
      expect(parts[1]).toBe('text');
      expect(mean.item()).toBeCloseTo(parts[0].mean().item() as number, 6);
      skip = true;
      layer.call(torch.ones([3, 2]));
      expect((hook.stored as { mean: Tensor }).mean).toBe(mean);
      hook.clear();
    }));

  it('keeps history with detach: false', () =>
    tidy(() => {
      const layer = new nn.Linear(2, 2);
      using hook = hookOutput(layer, { detach: false, cpu: true });
      layer.call(torch.ones([1, 2]));
      const stored = hook.stored as Tensor;
      expect(stored.device).toBe('cpu');
      stored.sum().backward();
      expect(layer.weight.grad?.toArray()).toEqual([
        [1, 1],
        [1, 1],
      ]);
      hook.clear();
      expect(layer.weight.isDisposed).toBe(false);
    }));

  it('stores an item for each output, null where there is no gradient', () =>
    tidy(() => {
      const module = new Split();
      using hook = hookOutput(module, { grad: true });
      const x = torch.ones([2], { requiresGrad: true });
      const [a, b] = module.call(x) as [Tensor, Tensor];
      a.sum().backward();
      expect(hook.stored?.map(rounded)).toEqual([[1, 1], undefined, undefined]);
      const stored = hook.stored?.[0];
      b.mul(5).sum().backward();
      expect(stored?.isDisposed).toBe(true);
      expect(hook.stored?.map(rounded)).toEqual([[1, 1], [5, 5], undefined]);
      hook.clear();
    }));

  it('stores no gradient after its removal, nor where nothing needs one', () =>
    tidy(() => {
      const layer = new nn.Linear(2, 1);
      const hook = hookOutput(layer, { grad: true });
      const y = layer.call(torch.ones([1, 2])).sum();
      hook.remove();
      y.backward();
      expect(hook.stored).toBeNull();
      using again = hookOutput(layer.requiresGrad_(false), { grad: true });
      layer.call(torch.ones([1, 2]));
      expect(again.stored).toBeNull();
    }));

  it('stores the gradient of a leaf once, however often the module gave it', () =>
    tidy(() => {
      const layer = new nn.Identity();
      const leaf = torch.ones([2], { requiresGrad: true });
      using hook = hookOutput(layer, { grad: true });
      for (let i = 0; i < 3; i++) layer.call(leaf);
      layer.call(leaf).mul(4).sum().backward();
      const stored = hook.stored?.[0];
      expect(rounded(stored)).toEqual([4, 4]);
      expect(stored?.isDisposed).toBe(false);
      hook.remove();
      leaf.mul(2).sum().backward();
      expect(rounded(hook.stored?.[0])).toEqual([4, 4]);
      hook.clear();
    }));

  it('refuses unknown options', () => {
    const layer = new nn.Identity();
    expect(() => hookOutput(layer, { gard: true } as never)).toThrow("no option 'gard'");
    expect(() => new Hook(layer, () => 1, { is_forward: false } as never)).toThrow('is_forward');
    expect(() => new Hook(layer, 3 as never)).toThrow('hookFunc must be a function, got 3');
  });

  it('that is forgotten goes with its module', async () => {
    const before = memory.liveTensors();
    const forget = () => {
      const layer = new nn.Linear(2, 2);
      hookOutput(layer);
      hookOutput(layer, { detach: false });
      hookOutput(layer, { grad: true });
      layer
        .call(torch.ones([1, 2]))
        .sum()
        .backward();
      return new WeakRef(layer);
    };
    const layer = forget();
    for (let round = 0; round < 20 && memory.liveTensors() > before; round++) {
      globalThis.gc?.();
      await setImmediate();
    }
    expect(layer.deref()).toBeUndefined();
    expect(memory.liveTensors()).toBe(before);
  });
});

describe('Hooks', () => {
  expectNoLeaks();

  it('are a list: of modules, or of the submodules of one', () =>
    tidy(() => {
      const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
      using hooks = hookOutputs(model);
      using some = hookOutputs([model.at(0), model.at(2)]);
      using means = Hooks.on(model, (_, __, output: Tensor) => output.mean().item() as number);
      model.call(torch.ones([4, 2]));
      expect(hooks.length).toBe(3);
      expect(hooks.stored.map((stored) => stored?.shape)).toEqual([
        [4, 3],
        [4, 3],
        [4, 1],
      ]);
      expect(some.at(-1).stored?.equal(hooks.at(2).stored as Tensor)).toBe(true);
      expect(means.stored).toEqual([...hooks].map(({ stored }) => stored?.mean().item()));
      expect(() => hooks.at(3)).toThrow('index 3 is out of range of 3 hooks');
      hooks.remove();
      expect([hooks.removed, some.removed]).toEqual([true, false]);
      hooks.clear();
      some.clear();
    }));

  it('store gradients', () =>
    tidy(() => {
      const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Identity());
      using hooks = hookOutputs(model, { grad: true });
      model
        .call(torch.ones([1, 2]))
        .sum()
        .backward();
      expect(hooks.stored.map((stored) => rounded(stored?.[0]))).toEqual([[[1, 1]], [[1, 1]]]);
      hooks.clear();
    }));

  it('are all taken away when one cannot be made', () =>
    tidy(() => {
      const layer = new nn.Identity();
      let calls = 0;
      const broken = [layer, null as unknown as nn.Module];
      expect(() => Hooks.on(broken, () => calls++)).toThrow(TypeError);
      layer.call(tensor([1]));
      expect(calls).toBe(0);
    }));
});

describe('Grad-CAM by hooks', () => {
  expectNoLeaks();

  it('gives the numbers of the reference', () =>
    tidy(() => {
      const body = new nn.Conv2d(1, 2, 1, { bias: false });
      const head = new nn.Linear(4, 2, { bias: false });
      const model = new nn.Sequential(body, new nn.AdaptiveConcatPool2d(), new nn.Flatten(), head);
      body.weight.detach().copy_(tensor([1, -2]).reshape([2, 1, 1, 1]));
      head.weight.detach().copy_(
        tensor([
          [1, 2, 3, 4],
          [0, 1, 0, -1],
        ]),
      );
      using activations = hookOutput(body);
      using gradients = hookOutput(body, { grad: true });
      const scores = model.eval().call(
        tensor([
          [
            [
              [1, 2],
              [3, 5],
            ],
          ],
        ]),
      );
      expect(scores.toArray()).toEqual([[-12.75, 3.5]]);
      scores.select(0, 0).select(0, 0).backward();
      const acts = (activations.stored as Tensor).select(0, 0);
      const grad = (gradients.stored as readonly [Tensor])[0].select(0, 0);
      expect(acts.toArray()).toEqual([
        [
          [1, 2],
          [3, 5],
        ],
        [
          [-2, -4],
          [-6, -10],
        ],
      ]);
      expect(grad.toArray()).toEqual([
        [
          [0.75, 0.75],
          [0.75, 1.75],
        ],
        [
          [3, 1],
          [1, 1],
        ],
      ]);
      const weights = grad.mean([1, 2]);
      expect(weights.toArray()).toEqual([1, 1.5]);
      const weighted = acts.mul(weights.reshape([2, 1, 1]));
      expect(weighted.mean(0).toArray()).toEqual([
        [-1, -2],
        [-3, -5],
      ]);
      expect(weighted.sum(0).relu().toArray()).toEqual([
        [0, 0],
        [0, 0],
      ]);
      expect(acts.mean(0).toArray()).toEqual([
        [-0.5, -1],
        [-1.5, -2.5],
      ]);
      activations.clear();
      gradients.clear();
    }));
});
