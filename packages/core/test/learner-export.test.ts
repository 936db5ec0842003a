import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DataBunch,
  io,
  Learner,
  type LearnerOptions,
  loadLearner,
  metrics,
  nn,
  type Tensor,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { inOrder } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

let path = '';
beforeAll(() => {
  path = mkdtempSync(join(tmpdir(), 'flambeau-export-'));
});
afterAll(() => rmSync(path, { recursive: true }));

class Pets extends DataBunch {
  override get classes(): readonly string[] {
    return ['cat', 'dog', 'bird'];
  }
  override exportState(): Readonly<Record<string, unknown>> {
    return { means: [1, Number.NaN], names: ['a'], stds: torch.ones([2]) };
  }
}

/** A learner of 4 numbers, without items. */
function learnerOf(model: nn.AnyModule, options: LearnerOptions = {}): Learner {
  const x = torch.zeros([0, 4]);
  const data = new Pets(inOrder(x, x, 4), null, { device: 'cpu', path });
  return new Learner(data, model, {
    lossFunc: new nn.CrossEntropyLoss(),
    silent: true,
    ...options,
  });
}

const build = () =>
  new nn.Sequential(
    new nn.Linear(4, 6),
    new nn.BatchNorm1d(6),
    new nn.ReLU({ inplace: true }),
    new nn.Dropout(0.3),
    new nn.Linear(6, 3),
  );

/** What a model gives for `x`, in evaluation mode. */
const outputOf = (model: nn.AnyModule, ...x: unknown[]) => model.eval().call(...x) as Tensor;

function quietly<T>(fn: (warn: ReturnType<typeof vi.spyOn>) => T): T {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  try {
    return fn(warn);
  } finally {
    warn.mockRestore();
  }
}

class Block extends nn.Module {
  readonly inner = new nn.Linear(4, 4);
  readonly again = this.inner;
  readonly tied = this.inner.weight;
  readonly scale = this.registerBuffer('scale', torch.randn([4]), { persistent: false });
  readonly offset = torch.randn([4]);
  readonly sizes: readonly number[] = [1, Number.POSITIVE_INFINITY];
  readonly options = { act: nn.functional.relu, deep: { flag: true, none: null } };
  absent: nn.Module | undefined;

  protected override forward(input: Tensor): Tensor {
    const { act } = this.options;
    return act(this.again.call(this.inner.call(input)))
      .mul(this.scale)
      .add(this.offset);
  }
}

class Odd extends nn.Module {
  readonly inner = new nn.Linear(4, 3);
  readonly shift = (x: Tensor) => x.add(1);
  protected override forward(input: Tensor): Tensor {
    return this.shift(this.inner.call(input));
  }
}

describe('export and loadLearner', () => {
  expectNoLeaks();

  it('predict as before, in another process', () =>
    tidy(() => {
      const model = build();
      model.getBuffer('1.running_mean').add_(0.5);
      model.at(0).requiresGrad_(false);
      const options = { metrics: [metrics.accuracy], wd: 0.3, bnWd: false, modelDir: 'mine' };
      const learn = learnerOf(model, options);
      expect(learn.export()).toBe(join(path, 'export.safetensors'));

      const again = loadLearner(path, undefined, { device: 'cpu' });
      expect(String(again.model)).toBe(String(model));
      expect(again.model === model).toBe(false);
      expect(again.model.training).toBe(false);
      expect(again.model.getParameter('0.weight').requiresGrad).toBe(false);
      expect(again.model.getParameter('4.weight').requiresGrad).toBe(true);
      expect([again.wd, again.bnWd, again.trueWd, again.modelDir]).toEqual([
        0.3,
        false,
        true,
        'mine',
      ]);
      expect(again.metrics).toEqual([metrics.accuracy]);
      expect(again.lossFunc).toBeInstanceOf(nn.CrossEntropyLoss);

      const ours = learn.predict(tensor([1, 2, 3, 4]));
      const theirs = again.predict(tensor([1, 2, 3, 4]));
      expect(theirs.label).toBe(ours.label);
      const program = `
        import { loadLearner, tensor } from '@flambeau/core';
        const learn = loadLearner(process.argv[1], undefined, { device: 'cpu' });
        const { label, output } = learn.predict(tensor([1, 2, 3, 4]));
        console.log(JSON.stringify([label, output.toArray()]));`;
      const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program, path], {
        cwd: dirname(fileURLToPath(import.meta.url)),
        encoding: 'utf8',
      });
      const expected = [ours.label, (ours.output as Tensor).toArray()];
      expect(JSON.parse(printed)).toEqual(expected);
      for (const part of [learn, again]) part.dispose();
    }));

  it('rebuild shared parts, tied weights, buffers and functions of nn', () =>
    tidy(() => {
      const model = new Block();
      learnerOf(model).export('block.safetensors');
      expect(() => loadLearner(path, 'block.safetensors', { device: 'cpu' })).toThrow(
        "no class 'Block' among those that are known: give loadLearner a model, or its classes",
      );
      const { model: again } = loadLearner(path, 'block.safetensors', {
        device: 'cpu',
        modules: [Block],
      });
      const block = again as Block;
      expect(block).toBeInstanceOf(Block);
      expect(block.again).toBe(block.inner);
      expect(block.tied).toBe(block.inner.weight);
      expect(block.sizes).toEqual(model.sizes);
      expect(block.options).toEqual(model.options);
      expect(Object.keys(block.stateDict())).toEqual(Object.keys(model.stateDict()));
      expect([...block.namedBuffers()].map(([name]) => name)).toEqual(['scale', 'offset']);
      const x = torch.randn([2, 4]);
      expect(outputOf(block, x).equal(outputOf(model, x))).toBe(true);
    }));

  const layers: [name: string, make: () => nn.AnyModule, input: readonly number[]][] = [
    [
      'convolutions',
      () => new nn.Sequential(new nn.Conv2d(2, 3, 3, { padding: 'same' }), new nn.MaxPool2d(2)),
      [1, 2, 6, 6],
    ],
    [
      'a transformer layer',
      () => new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 4 }),
      [3, 2, 8],
    ],
    [
      'pooling and padding',
      () =>
        new nn.Sequential(
          new nn.ReflectionPad2d(1),
          new nn.AdaptiveConcatPool2d(),
          new nn.Flatten(),
        ),
      [1, 2, 4, 4],
    ],
    ['norms', () => new nn.Sequential(new nn.GroupNorm(2, 4), new nn.LayerNorm([4, 3])), [2, 4, 3]],
  ];

  it.each(layers)('rebuild the layers of nn: %s', (_, make, shape) =>
    tidy(() => {
      const model = make();
      learnerOf(model).export('layers.safetensors');
      const again = loadLearner(path, 'layers.safetensors', { device: 'cpu' }).model;
      const x = torch.randn(shape);
      expect(outputOf(again, x).equal(outputOf(model, x))).toBe(true);
    }),
  );

  it('rebuild a recurrent layer', () =>
    tidy(() => {
      const model = new nn.LSTM(4, 3, { numLayers: 2 });
      learnerOf(model).export('lstm.safetensors');
      const again = loadLearner(path, 'lstm.safetensors', { device: 'cpu' }).model as nn.LSTM;
      const x = torch.randn([5, 2, 4]);
      expect(again.call(x)[0].equal(model.eval().call(x)[0])).toBe(true);
    }));

  it('take the model from the loader where it is code', () =>
    tidy(() =>
      quietly((warn) => {
        const model = new Odd();
        learnerOf(model).export('odd.safetensors');
        expect(warn).toHaveBeenCalledWith(
          expect.stringContaining('the model is exported without its layout: shift is no data'),
        );
        expect(() => loadLearner(path, 'odd.safetensors', { modules: [Odd] })).toThrow(
          'give loadLearner a model',
        );
        const load = (make: () => nn.AnyModule) =>
          loadLearner(path, 'odd.safetensors', { model: make, device: 'cpu' }).model;
        const x = torch.randn([2, 4]);
        expect(
          outputOf(
            load(() => new Odd()),
            x,
          ).equal(outputOf(model, x)),
        ).toBe(true);
        expect(() => load(build)).toThrow('Missing key(s) in state_dict: "0.weight"');
      }),
    ));

  it('say so of hooks and of layers that were changed', () =>
    tidy(() =>
      quietly((warn) => {
        const model = build();
        model.getSubmodule('2').registerForwardHook(() => undefined);
        learnerOf(model).export('hooked.safetensors');
        expect(warn).toHaveBeenLastCalledWith(expect.stringContaining('2 has hooks'));
        const changed = new nn.Sequential(
          nn.utils.parametrizations.weightNorm(new nn.Linear(4, 3)),
        );
        learnerOf(changed).export('changed.safetensors');
        expect(() => loadLearner(path, 'changed.safetensors')).toThrow('give loadLearner a model');
      }),
    ));

  it('bring the loss: modules with their weights, and functions of nn', () =>
    tidy(() =>
      quietly((warn) => {
        const weight = tensor([1, 2, 3]);
        const lossFunc = new nn.CrossEntropyLoss({ weight, labelSmoothing: 0.1 });
        const lossOf = (options: LearnerOptions, given: LearnerOptions = {}) => {
          learnerOf(build(), options).export('loss.safetensors');
          return loadLearner(path, 'loss.safetensors', { device: 'cpu', ...given }).lossFunc;
        };
        const again = lossOf({ lossFunc }) as nn.CrossEntropyLoss;
        expect(again.labelSmoothing).toBe(0.1);
        expect(again.weight?.toArray()).toEqual([1, 2, 3]);
        expect(lossOf({ lossFunc: nn.functional.mseLoss })).toBe(nn.functional.mseLoss);
        const mine = (a: Tensor, b: Tensor) => a.sub(b).sum();
        expect(() => lossOf({ lossFunc: mine })).toThrow('give loadLearner a lossFunc');
        expect(warn).toHaveBeenCalledWith(expect.stringContaining('it is no part of nn'));
        expect(lossOf({ lossFunc: mine }, { lossFunc: mine })).toBe(mine);
      }),
    ));

  it('hand on what the data need, and take batches to predict', async () => {
    const model = tidy(build);
    tidy(() => learnerOf(model).export('data.safetensors'));
    const states: Readonly<Record<string, unknown>>[] = [];
    const x = torch.randn([5, 4]);
    const loaded = loadLearner(path, 'data.safetensors', {
      data: (state) => {
        states.push(state);
        return new DataBunch(inOrder(x, x, 2), null, { device: 'cpu', testDl: inOrder(x, x, 2) });
      },
    });
    const [{ means, names, stds }] = states as [{ means: number[]; names: string[]; stds: Tensor }];
    expect([means, names]).toEqual([[1, Number.NaN], ['a']]);
    expect(stds.toArray()).toEqual([1, 1]);
    const other = loadLearner(path, 'data.safetensors', { device: 'cpu', test: inOrder(x, x, 3) });
    expect(other.data.classes).toEqual(['cat', 'dog', 'bird']);
    const [a, y1] = await loaded.getPreds({ dsType: 'test' });
    const [b, y2] = await other.getPreds({ dsType: 'test' });
    tidy(() => {
      // Batches of other sizes are rounded otherwise.
      for (const same of [b, outputOf(model, x).softmax(-1)]) {
        expect(a.sub(same).abs().max().item()).toBeLessThan(1e-6);
      }
    });
    await expect(other.fit(1)).rejects.toThrow('the training data has no batch');
    const modules = [model, loaded.model, other.model];
    const losses = [loaded.lossFunc, other.lossFunc] as nn.AnyModule[];
    for (const part of [a, b, y1, y2, x, stds, ...modules, ...losses].flat()) part.dispose();
  });

  it('know their own files only', () =>
    tidy(() => {
      learnerOf(build()).save(join(path, 'saved'));
      expect(() => loadLearner(path, 'saved.safetensors')).toThrow(io.FileFormatError);
      io.writeStateFile(join(path, 'empty.safetensors'), 'flambeau.export', {});
      expect(() => loadLearner(path, 'empty.safetensors')).toThrow('no complete export');
      const spec = { module: 0, type: 'constructor', fields: {} };
      const model = { state: {}, spec, whyNot: null };
      const content = {
        model,
        loss: 'mseLoss',
        metrics: [],
        settings: {},
        classes: null,
        data: {},
      };
      io.writeStateFile(join(path, 'bad.safetensors'), 'flambeau.export', content);
      expect(() => loadLearner(path, 'bad.safetensors')).toThrow("no class 'constructor'");
      expect(() => loadLearner(path, 'nowhere.safetensors')).toThrow('ENOENT');
      expect(() => loadLearner(path, 'x', { clas: [] } as never)).toThrow("no option 'clas'");
    }));
});
