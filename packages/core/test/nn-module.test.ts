import { memory, nn, optim, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

/** The lesson's tabular model. */
class TabularModel extends nn.Module<[cats: Tensor, conts: Tensor]> {
  readonly embeds: nn.ModuleList<nn.Embedding>;
  readonly embDrop: nn.Dropout;
  readonly bnCont: nn.BatchNorm1d;
  readonly layers: nn.Sequential;

  constructor(sizes: readonly (readonly [number, number])[], conts: number) {
    super();
    this.embeds = new nn.ModuleList(sizes.map(([rows, width]) => new nn.Embedding(rows, width)));
    this.embDrop = new nn.Dropout(0.04);
    this.bnCont = new nn.BatchNorm1d(conts);
    const inputs = conts + sizes.reduce((sum, [, width]) => sum + width, 0);
    this.layers = new nn.Sequential(
      new nn.Linear(inputs, 10),
      new nn.ReLU({ inplace: true }),
      new nn.BatchNorm1d(10),
      new nn.Dropout(0.001),
      new nn.Linear(10, 1),
    );
  }

  protected override forward(cats: Tensor, conts: Tensor): Tensor {
    const embedded = [...this.embeds].map((embed, i) => embed.call(cats.select(1, i)));
    const all = [this.embDrop.call(torch.cat(embedded, 1)), this.bnCont.call(conts)];
    return this.layers.call(torch.cat(all, 1));
  }
}

const pythonModel = `
class TabularModel(nn.Module):
    def __init__(self, sizes, conts):
        super().__init__()
        self.embeds = nn.ModuleList([nn.Embedding(r, w) for r, w in sizes])
        self.emb_drop = nn.Dropout(0.04)
        self.bn_cont = nn.BatchNorm1d(conts)
        inputs = conts + sum(w for _, w in sizes)
        self.layers = nn.Sequential(nn.Linear(inputs, 10), nn.ReLU(inplace=True),
            nn.BatchNorm1d(10), nn.Dropout(0.001), nn.Linear(10, 1))
    def forward(self, cats, conts):
        x = torch.cat([e(cats[:, i]) for i, e in enumerate(self.embeds)], 1)
        return self.layers(torch.cat([self.emb_drop(x), self.bn_cont(conts)], 1))
model = TabularModel([(4, 3), (4, 3), (7, 5)], 2)
`;

const sizes = [
  [4, 3],
  [4, 3],
  [7, 5],
] as const;

describeWithOracle('the tabular model', (oracle) => {
  it('prints as in Python', () =>
    oracle.compare(
      () => String(new TabularModel(sizes, 2)),
      `${pythonModel}result = repr(model)`,
      {},
    ));

  it('has the state dictionary of Python: keys in order, initial numbers', () =>
    oracle.compare(
      () => {
        const state = new TabularModel(sizes, 2).stateDict();
        return [Object.keys(state), Object.values(state)];
      },
      `${pythonModel}state = model.state_dict()\nresult = [list(state), list(state.values())]`,
      {},
    ));

  it('has the names of Python for parameters, buffers and modules', () =>
    oracle.compare(
      () => {
        const model = new TabularModel(sizes, 2);
        const walks = [model.namedParameters(), model.namedBuffers(), model.namedModules()];
        return [...walks, model.namedChildren()].map((walk) => [...walk].map(([name]) => name));
      },
      `${pythonModel}walks = [model.named_parameters(), model.named_buffers(), model.named_modules(), model.named_children()]
result = [[name for name, _ in walk] for walk in walks]`,
      {},
    ));

  it('gives the outputs and gradients of Python', () =>
    oracle.compare(
      ({ cats, conts }) => {
        const model = new TabularModel(sizes, 2);
        const y = model.call(cats, conts);
        y.square().mean().backward();
        return [y, [...model.parameters()].map(({ grad }) => grad), [...model.buffers()]];
      },
      `${pythonModel}y = model(cats, conts)
y.square().mean().backward()
result = [y, [p.grad for p in model.parameters()], list(model.buffers())]`,
      { cats: torch.randint(4, [16, 3]), conts: torch.randn([16, 2]) },
      { absolute: 1e-4 },
    ));
});

class Shared extends nn.Module {
  readonly first = new nn.Linear(2, 2);
  readonly again = this.first;
  readonly scale = new nn.Parameter(torch.ones([2]));
  readonly sameScale = this.scale;
  /** Named as Python does in its recurrent layers. */
  readonly weight_ih_l0 = new nn.Parameter(torch.ones([1]));
  readonly meanShift = torch.zeros([2]);
  readonly mask = this.registerBuffer('mask', torch.ones([2]), { persistent: false });
  readonly note = 'no part';
  readonly nothing: nn.Parameter | null = null;

  protected override forward(input: Tensor): Tensor {
    return this.again.call(this.first.call(input)).mul(this.scale).add(this.meanShift);
  }
}

const names = (walk: Iterable<[string, unknown]>) => [...walk].map(([name]) => name);

describe('Module', () => {
  const before = memory.liveTensors();
  afterAll(() => {
    globalThis.gc?.();
    expect(memory.liveTensors()).toBe(before);
  });

  it('finds shared parts once in its walks, and twice in the state dictionary', () =>
    tidy(() => {
      const model = new Shared();
      expect(names(model.namedParameters())).toEqual([
        'scale',
        'weight_ih_l0',
        'first.weight',
        'first.bias',
      ]);
      expect(names(model.namedParameters(false))).toEqual(['scale', 'weight_ih_l0']);
      expect(names(model.namedBuffers())).toEqual(['mean_shift', 'mask']);
      expect(names(model.namedModules())).toEqual(['', 'first']);
      expect(names(model.namedChildren())).toEqual(['first']);
      expect(Object.keys(model.stateDict({ prefix: 'm.' }))).toEqual([
        'm.scale',
        'm.same_scale',
        'm.weight_ih_l0',
        'm.mean_shift',
        'm.first.weight',
        'm.first.bias',
        'm.again.weight',
        'm.again.bias',
      ]);
    }));

  it('finds parts by name', () =>
    tidy(() => {
      const model = new Shared();
      expect(model.getSubmodule('again')).toBe(model.first);
      expect(model.getSubmodule('')).toBe(model);
      expect(model.getParameter('again.bias')).toBe(model.first.bias);
      expect(model.getBuffer('mean_shift')).toBe(model.meanShift);
      expect(() => model.getSubmodule('first.inner')).toThrow("Linear has no submodule 'inner'");
      expect(() => model.getParameter('mask')).toThrow("Shared has no parameter 'mask'");
      expect(() => model.getBuffer('scale')).toThrow("Shared has no buffer 'scale'");
    }));

  it('registers parts under names of the moment', () =>
    tidy(() => {
      const model = new nn.Sequential();
      model.addModule('0', new nn.ReLU());
      model.registerParameter('gain', new nn.Parameter(torch.ones([1])));
      model.registerBuffer('offset', torch.ones([1]));
      expect(Object.keys(model.stateDict())).toEqual(['gain', 'offset']);
      model.registerParameter('gain', null);
      expect(Object.keys(model.stateDict())).toEqual(['offset']);
      expect(() => model.addModule('a.b', new nn.ReLU())).toThrow("without dots, got 'a.b'");
      expect(() => model.addModule('training', new nn.ReLU())).toThrow('something else');
      expect(() => model.addModule('x', torch.ones([1]) as never)).toThrow('must be a Module');
    }));

  it('sets modes everywhere', () =>
    tidy(() => {
      const model = new TabularModel(sizes, 2);
      expect([...model.eval().modules()].some(({ training }) => training)).toBe(false);
      expect([...model.train().modules()].every(({ training }) => training)).toBe(true);
      expect(() => model.train(1 as never)).toThrow('must be a boolean, got 1');
    }));

  it('applies a function to the inner modules first', () =>
    tidy(() => {
      const seen: string[] = [];
      new nn.Sequential(new nn.Sequential(new nn.ReLU()), new nn.Identity()).apply((module) => {
        seen.push(module.constructor.name);
      });
      expect(seen).toEqual(['ReLU', 'Sequential', 'Identity', 'Sequential']);
    }));

  it('freezes its parameters, and drops or clears their gradients', () =>
    tidy(() => {
      const model = new nn.Linear(3, 2);
      const backward = () =>
        model
          .call(torch.ones([1, 3]))
          .sum()
          .backward();
      backward();
      model.zeroGrad(false);
      expect(model.bias?.grad?.toArray()).toEqual([0, 0]);
      model.zeroGrad();
      expect(model.weight.grad).toBeNull();
      model.requiresGrad_(false);
      expect([...model.parameters()].map((parameter) => parameter.requiresGrad)).toEqual([
        false,
        false,
      ]);
      expect(backward).toThrow();
      model.requiresGrad_();
      backward();
      expect(model.bias?.grad?.toArray()).toEqual([1, 1]);
    }));

  it('casts parameters, gradients and floating buffers, the tensors staying the same', () =>
    tidy(() => {
      const model = new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2));
      model
        .call(torch.randn([4, 3]))
        .sum()
        .backward();
      const weight = model.getParameter('0.weight');
      const counter = model.getBuffer('1.num_batches_tracked');
      expect(model.double().to('cpu')).toBe(model);
      expect(model.getParameter('0.weight')).toBe(weight);
      expect([weight.dtype, weight.grad?.dtype, weight.requiresGrad]).toEqual([
        'float64',
        'float64',
        true,
      ]);
      expect(model.getBuffer('1.running_mean').dtype).toBe('float64');
      expect(counter.dtype).toBe('int64');
      const step = () =>
        model
          .call(torch.randn([4, 3], { dtype: 'float64' }))
          .sum()
          .backward();
      step();
      expect(model.to({ dtype: 'float32' }).getParameter('1.bias').dtype).toBe('float32');
      expect(model.half().getParameter('1.bias').dtype).toBe('float16');
      expect(model.bfloat16().float().getParameter('1.bias').dtype).toBe('float32');
      expect(() => model.to('int64')).toThrow('floating or complex dtypes, got int64');
      expect(() => model.to('gpu' as never)).toThrow("a device or a dtype, got 'gpu'");
    }));

  it('takes a state dictionary, in place', () =>
    tidy(() => {
      const source = new TabularModel(sizes, 2);
      const target = new TabularModel(sizes, 2);
      const weight = target.getParameter('layers.0.weight');
      const version = weight.version;
      source.getBuffer('bn_cont.num_batches_tracked').add_(3);
      const mismatch = target.loadStateDict(source.stateDict());
      expect(mismatch).toEqual({ missingKeys: [], unexpectedKeys: [] });
      expect(weight.version).toBe(version + 1);
      expect(weight.equal(source.getParameter('layers.0.weight'))).toBe(true);
      expect(target.getBuffer('bn_cont.num_batches_tracked').item()).toBe(3);
    }));

  it('lists all that does not fit in a state dictionary, and changes nothing', () =>
    tidy(() => {
      const model = new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2));
      const before = model.getParameter('0.weight').clone();
      const { '0.bias': _, ...rest } = model.stateDict();
      const state = {
        ...rest,
        '0.weight': torch.zeros([2, 3]),
        '1.weight': torch.ones([3]),
        '1.bias': torch.ones([2, 1]),
        '1.running_var': 3 as never,
        extra: torch.ones([1]),
      };
      let error: unknown;
      try {
        model.loadStateDict(state);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(nn.StateDictError);
      expect(String(error)).toContain('loading state_dict for Sequential');
      expect(String(error)).toContain('Missing key(s) in state_dict: "0.bias"');
      expect(String(error)).toContain('Unexpected key(s) in state_dict: "extra"');
      expect(String(error)).toContain('size mismatch for 1.weight: copying a param with shape [3]');
      expect(String(error)).toContain('size mismatch for 1.bias');
      expect(String(error)).toContain('1.running_var must be a Tensor, got number');
      expect(model.getParameter('0.weight').equal(before)).toBe(true);

      expect(() => model.loadStateDict(state, { strict: false })).toThrow('size mismatch');
      const fitting = { '0.weight': torch.zeros([2, 3]), extra: torch.ones([1]) };
      expect(model.loadStateDict(fitting, { strict: false })).toEqual({
        missingKeys: ['0.bias', '1.weight', '1.bias', '1.running_mean', '1.running_var'],
        unexpectedKeys: ['extra'],
      });
      expect(model.getParameter('0.weight').toArray()).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
    }));

  it('takes a state dictionary from before batches were counted', () =>
    tidy(() => {
      const { num_batches_tracked: _, ...old } = new nn.BatchNorm1d(2).stateDict();
      const layer = new nn.BatchNorm1d(2);
      expect(layer.loadStateDict(old)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    }));

  it('outlives the scope it is returned from, and not one it is left in', () => {
    const live = memory.liveTensors();
    const model = tidy(() => {
      new nn.Linear(4, 4);
      return { model: new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3)) };
    }).model;
    expect(memory.liveTensors() - live).toBe(7);
    expect(model.getParameter('0.weight').shape).toEqual([3, 2]);
    model.dispose();
    expect(memory.liveTensors()).toBe(live);
    expect(() => tidy(() => model.call(torch.ones([2, 2])))).toThrow();
  });

  it('can be used', () => {
    const live = memory.liveTensors();
    {
      using model = new nn.Linear(2, 3);
      expect(memory.liveTensors() - live).toBe(2);
      expect(model.inFeatures).toBe(2);
    }
    expect(memory.liveTensors()).toBe(live);
  });

  it('gives typed results', () =>
    tidy(() => {
      class Pair extends nn.Module<[a: Tensor, b: number], readonly [Tensor, number]> {
        protected override forward(a: Tensor, b: number): readonly [Tensor, number] {
          return [a.mul(b), b];
        }
      }
      const [product, factor]: readonly [Tensor, number] = new Pair().call(tensor([2]), 3);
      expect([product.item(), factor]).toEqual([6, 3]);
      const chain = new nn.Sequential(new Pair());
      const [again]: readonly [Tensor, number] = chain.call(tensor([1]), 4);
      expect(again.item()).toBe(4);
      const plain: nn.Module = new nn.Sequential(new nn.Linear(1, 2), new nn.ReLU());
      expect(plain.call(tensor([[1]])).shape).toEqual([1, 2]);
      // @ts-expect-error a loss takes two tensors
      expect(() => new nn.Sequential(new nn.MSELoss()).call(tensor([1]))).toThrow('target');
      // @ts-expect-error forward is protected
      expect(new nn.Identity().forward).toBeInstanceOf(Function);
    }));
});

describe('Sequential', () => {
  const parts = () => [new nn.ReLU(), new nn.Identity(), new nn.Dropout()] as const;

  it('is indexed, counted and iterated', () => {
    const [a, b, c] = parts();
    const model = new nn.Sequential(a, b, c);
    expect([model[0], model.at(-1), model.length]).toEqual([a, c, 3]);
    expect([...model]).toEqual([a, b, c]);
    expect([...model.slice(1)]).toEqual([b, c]);
    expect([...model.append(a).extend([b])]).toEqual([a, b, c, a, b]);
    expect(() => model.at(5)).toThrow('index 5 is out of range of 5 modules');
  });

  it('takes names of its own', () => {
    const [a, b, c] = parts();
    const model = new nn.Sequential({ act: a, end: b });
    expect(model.toString()).toBe('Sequential(\n  (act): ReLU()\n  (end): Identity()\n)');
    expect(() => model.append(c)).toThrow('use addModule()');
    model.addModule('drop', c);
    expect([...model]).toEqual([a, b, c]);
    expect(() => new nn.Sequential('x' as never)).toThrow();
  });

  it('without modules gives its input', () => {
    const x = torch.ones([1]);
    expect(new nn.Sequential().call(x)).toBe(x);
    x.dispose();
  });

  it('a ModuleList cannot be called', () => {
    expect(() => new nn.ModuleList(parts()).call()).toThrow('call its modules');
    expect(() => new optim.AdamW(new nn.ModuleList(parts()).parameters())).toThrow('empty');
  });
});
