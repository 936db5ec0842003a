import { hookOutput, memory, nn, noGrad, type Tensor, tidy, torch } from '@flambeau/core';
import { averageActivations, gradCam } from '@flambeau/interpret';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from '../../core/test/liveTensors.js';
import { lessonInput, lessonModel } from './lessonModel.js';

/** The same as the Python text: a body with a batch norm, and a head that begins in place. */
const ours = () => {
  const body = new nn.Sequential(new nn.Conv2d(3, 6, 3), new nn.BatchNorm2d(6));
  const head = new nn.Sequential(
    new nn.ReLU({ inplace: true }),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new nn.Dropout(0.5),
    new nn.Linear(6, 4),
  );
  return new nn.Sequential(body, head);
};
const python = `
body = nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6))
head = nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(.5), nn.Linear(6, 4))
model = nn.Sequential(body, head).eval()
seen = []
body.register_forward_hook(lambda m, i, o: (o.retain_grad(), seen.append(o))[-1])
def cam(x, label):
    model(x)[0, label].backward()
    acts = seen[-1]
    return acts.detach()[0], acts.grad[0].mean(2).mean(1)[..., None, None]
`;

describeWithOracle('gradCam', (oracle) => {
  it("is the paper's as Python computes it, one image at a time, in a batch of several", () =>
    oracle.compare(
      ({ x }) => gradCam(ours(), x, [3, 0, 1]),
      `${python}
maps = []
for image, label in zip(x, [3, 0, 1]):
    acts, weights = cam(image[None], label)
    maps.append(torch.relu((acts * weights).sum(0)))
result = torch.stack(maps)`,
      { x: torch.randn([3, 3, 9, 8]) },
    ));

  it("is the lesson's as Python computes it", () =>
    oracle.compare(
      ({ x }) => gradCam(ours(), x, 2, { relu: false, reduce: 'mean' }),
      `${python}
acts, weights = cam(x, 2)
result = (acts * weights).mean(0)`,
      { x: torch.randn([1, 3, 9, 8]) },
    ));

  it('averages activations as Python does', () =>
    oracle.compare(
      ({ x }) => averageActivations(ours(), x),
      `${python}
model(x)
result = seen[-1].detach()[0].mean(0)`,
      { x: torch.randn([1, 3, 9, 8]) },
    ));
});

describe('gradCam of the golden model', () => {
  expectNoLeaks();

  it('gives both variants (J89)', () =>
    tidy(() => {
      const [model, x] = [lessonModel(), lessonInput()];
      expect(gradCam(model, x, 0, { relu: false, reduce: 'mean' }).toArray()).toEqual([
        [-1, -2],
        [-3, -5],
      ]);
      expect(gradCam(model, x, 0).toArray()).toEqual([
        [0, 0],
        [0, 0],
      ]);
      expect(averageActivations(model, x).toArray()).toEqual([
        [-0.5, -1],
        [-1.5, -2.5],
      ]);
    }));

  it('weighs the activations and gradients that hooks store (J89)', () =>
    tidy(() => {
      const [model, x] = [lessonModel(), lessonInput()];
      const body = model.getSubmodule('0');
      using acts = hookOutput(body);
      using grads = hookOutput(body, { grad: true });
      const preds = model.call(x) as Tensor;
      expect(preds.toArray()).toEqual([[-12.75, 3.5]]);
      preds.select(0, 0).select(0, 0).backward();
      expect((acts.stored as Tensor).toArray()).toEqual([
        [
          [
            [1, 2],
            [3, 5],
          ],
          [
            [-2, -4],
            [-6, -10],
          ],
        ],
      ]);
      const [gradient] = grads.stored as unknown as readonly [Tensor];
      expect(gradient.toArray()).toEqual([
        [
          [
            [0.75, 0.75],
            [0.75, 1.75],
          ],
          [
            [3, 1],
            [1, 1],
          ],
        ],
      ]);
      expect(gradient.mean([2, 3]).toArray()).toEqual([[1, 1.5]]);
      for (const hook of [acts, grads]) hook.clear();
    }));

  it('changes neither modes nor gradients nor hooks, also of a frozen body and without recording', () =>
    tidy(() => {
      const [model, x] = [lessonModel(), lessonInput()];
      const [body, head] = [model.getSubmodule('0'), model.getSubmodule('1')];
      head.eval();
      for (const parameter of body.parameters()) parameter.requiresGrad_(false);
      (model.call(x) as Tensor).sum().backward();
      const grads = () => [...model.parameters()].map(({ grad }) => grad?.toArray() ?? null);
      const before = grads();
      expect(before[1]).not.toBeNull();
      const map = noGrad(() => gradCam(model, x, 1, { relu: false }));
      expect(map.requiresGrad).toBe(false);
      expect(grads()).toEqual(before);
      expect([model.training, body.training, head.training]).toEqual([true, true, false]);
      expect([...model.modules()].some((module) => module.hasOwnHooks)).toBe(false);
    }));

  it('takes another layer, and copies what a layer in place would change', () =>
    tidy(() => {
      const conv = new nn.Conv2d(1, 2, 1);
      const relu = new nn.ReLU({ inplace: true });
      const flat = new nn.Sequential(new nn.AdaptiveAvgPool2d(1), new nn.Flatten());
      const model = new nn.Sequential(new nn.Sequential(conv, relu), flat);
      const x = torch.randn([1, 1, 4, 4]);
      const acts = conv.call(x);
      const expected = acts.select(1, 0).mul(acts.select(1, 0).gt(0).float().mean().div(16));
      const found = gradCam(model, x, 0, { layer: conv, relu: false });
      expect(found.sub(expected).abs().max().item()).toBeLessThan(1e-6);
      const mean = averageActivations(model, x, { layer: conv });
      expect(mean.sub(acts.mean(1)).abs().max().item()).toBeLessThan(1e-6);
    }));

  it('frees all but the map, also when it fails', () => {
    const [model, x] = [lessonModel(), tidy(lessonInput)];
    const before = memory.liveTensors();
    expect(() => gradCam(model, x, 2)).toThrow('got 2');
    const layer = model.getSubmodule('1.2');
    expect(() => gradCam(model, x, 0, { layer })).toThrow('Linear gave');
    expect(() => averageActivations(model, x, { layer })).toThrow('Linear gave');
    const maps = [gradCam(model, x, 0), averageActivations(model, x)];
    expect(memory.liveTensors()).toBe(before + maps.length);
    for (const made of [...maps, model, x]) made.dispose();
  });

  it('says what it cannot do, and leaves no hook behind', () =>
    tidy(() => {
      const [model, x] = [lessonModel(), lessonInput()];
      expect(() => gradCam(model, x, 2)).toThrow('a class is a number from 0 to 1, got 2');
      expect(() => gradCam(model, x, 0.5)).toThrow('got 0.5');
      expect(() => gradCam(model, x, [0, 1])).toThrow('1 images need as many classes, got 2');
      expect(() => gradCam(model, x, 0, { reduce: 'max' as 'sum' })).toThrow("got 'max'");
      expect(() => gradCam(model, x, 0, { rleu: true } as object)).toThrow("no option 'rleu'");
      expect(() => gradCam(new nn.ReLU(), x, 0)).toThrow('ReLU has no layers within');
      const layer = new nn.Conv2d(1, 1, 1);
      expect(() => gradCam(model, x, 0, { layer })).toThrow('Conv2d did not run');
      const linear = model.getSubmodule('1.2');
      expect(() => gradCam(model, x, 0, { layer: linear })).toThrow('Linear gave [1,2]');
      expect(() => gradCam(model.getSubmodule('0'), x, 0)).toThrow('scores [n, classes]');
      expect(() => averageActivations(model, torch.cat([x, x]))).toThrow('one image, got 2');
      const image = x.select(0, 0);
      const shape = 'images [n, channels, rows, columns], got [1,2,2]';
      expect(() => gradCam(model, image, 0)).toThrow(`gradCam: expected ${shape}`);
      expect(() => averageActivations(model, image)).toThrow(
        `averageActivations: expected ${shape}`,
      );
      const { weight } = model.getSubmodule('0.0') as nn.Conv2d;
      expect([model.training, weight.requiresGrad, weight.grad]).toEqual([true, true, null]);
      expect([...model.modules()].some((module) => module.hasOwnHooks)).toBe(false);
    }));
});
