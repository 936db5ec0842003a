import { nn, type Tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

class Tied extends nn.Module {
  readonly embedding = new nn.Embedding(5, 3);
  readonly norm = new nn.BatchNorm1d(3);
  readonly output = new nn.Linear(3, 5, { bias: false });
  readonly extra = { scale: 2, layers: [this.norm] };
  activation = nn.functional.relu;

  constructor() {
    super();
    this.output.weight = this.embedding.weight;
    this.registerBuffer('offset', torch.ones([3]), { persistent: false });
  }

  protected override forward(words: Tensor): Tensor {
    return this.output.call(this.activation(this.norm.call(this.embedding.call(words))));
  }
}

describeWithOracle('clone', (oracle) => {
  it('copies parameters, buffers and modes, and trains on its own, as copy.deepcopy', () =>
    oracle.compare(
      ({ x }) => {
        const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.ReLU());
        model.at(0).requiresGrad_(false);
        const copy = model.clone();
        copy.at(1).eval();
        copy.call(x.add(1)).sum().backward();
        model.call(x).square().sum().backward();
        return [
          ...[...stateOf(model), ...stateOf(copy), `${copy}`, Object.keys(copy.stateDict())],
          ...[...copy.parameters()].map((parameter) => parameter.requiresGrad),
          ...[...copy.modules()].map((module) => module.training),
        ];
      },
      `${pythonState}import copy
m = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU())
m[0].requires_grad_(False)
c = copy.deepcopy(m)
c[1].eval()
c(x + 1).sum().backward()
m(x).square().sum().backward()
result = [*state(m), *state(c), repr(c), list(c.state_dict()), *[p.requires_grad for p in c.parameters()],
*[n.training for n in c.modules()]]`,
      { x: torch.randn([6, 3]) },
      { absolute: 1e-4 },
    ));

  it('keeps what is shared shared, and what is not persistent so', () =>
    tidy(() => {
      const model = new Tied();
      const copy = model.clone();
      expect(copy).toBeInstanceOf(Tied);
      expect(copy.output.weight === copy.embedding.weight).toBe(true);
      expect(copy.output.weight === model.output.weight).toBe(false);
      expect(copy.extra.layers[0]).toBe(copy.norm);
      expect(copy.activation).toBe(nn.functional.relu);
      expect(Object.keys(copy.stateDict())).toEqual(Object.keys(model.stateDict()));
      expect([...copy.namedBuffers()].map(([name]) => name)).toContain('offset');
      const words = torch.randint(5, [4]);
      expect(copy.call(words).equal(model.call(words))).toBe(true);
    }));

  it.each([nn.utils.weightNorm, nn.utils.parametrizations.spectralNorm])('keeps %o', (norm) =>
    tidy(() => {
      const model = norm(new nn.Linear(3, 2)).eval();
      const copy = model.clone();
      const x = torch.randn([4, 3]);
      expect(Object.keys(copy.stateDict())).toEqual(Object.keys(model.stateDict()));
      expect(copy.call(x).equal(model.call(x))).toBe(true);
      copy.call(x).sum().backward();
      expect([...copy.parameters()].every(({ grad }) => grad !== null)).toBe(true);
      expect([...model.parameters()].every(({ grad }) => grad === null)).toBe(true);
    }),
  );

  it('refuses a lazy module that was not called yet', () =>
    tidy(() => {
      const lazy = new nn.LazyLinear(2);
      expect(() => lazy.clone()).toThrow('lazy module is called for the first time');
      lazy.call(torch.ones([1, 3]));
      expect(lazy.clone().call(torch.ones([1, 3])).shape).toEqual([1, 2]);
    }));

  it('leaves hooks behind', () =>
    tidy(() => {
      const model = new nn.Linear(2, 2);
      let calls = 0;
      model.registerForwardHook(() => void calls++);
      model.clone().call(torch.ones([1, 2]));
      expect(calls).toBe(0);
    }));
});
