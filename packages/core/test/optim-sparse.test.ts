import { nn, optim, type Tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';
import { overSteps } from './training.js';

expectNoLeaks();

type AnyOptimizer = optim.Optimizer<object, object>;

/** Each trains parameters in the same way here and in Python. */
// biome-ignore format: rows
const cases: readonly (readonly [
  name: string, make: (p: Iterable<Tensor>) => AnyOptimizer, python: string,
])[] = [
  ['SGD', (p) => new optim.SGD(p, { lr: 0.5 }) as never, 'SGD(p, lr=0.5)'],
  ['SGD, maximize', (p) => new optim.SGD(p, { lr: 0.01, maximize: true }) as never, 'SGD(p, lr=0.01, maximize=True)'],
  ['SGD, momentum', (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.3 }) as never, 'SGD(p, lr=0.1, momentum=0.9, dampening=0.3)'],
  ['SGD, nesterov', (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, maximize: true }) as never, 'SGD(p, lr=0.1, momentum=0.9, nesterov=True, maximize=True)'],
  ['Adagrad', (p) => new optim.Adagrad(p) as never, 'Adagrad(p)'],
  ['Adagrad, options', (p) => new optim.Adagrad(p, { lr: 0.1, lrDecay: 0.1, initialAccumulatorValue: 0.5, eps: 1e-5, maximize: true }) as never, 'Adagrad(p, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.5, eps=1e-5, maximize=True)'],
];

const dense = (value: unknown) => {
  const tensor = value as Tensor;
  return tensor.layout === 'strided' ? tensor.clone() : tensor.toDense();
};

describeWithOracle('sparse gradients', (oracle) => {
  it.each(cases)('%s: steps of other rows each, as in Python', (_, make, python) =>
    oracle.compare(
      ({ w, v, indices }) => {
        const table = new nn.Embedding(6, 3, { sparse: true, weight: w });
        const bag = new nn.EmbeddingBag(6, 3, { sparse: true, mode: 'sum', weight: v });
        const [first, second] = [table.weight, bag.weight];
        using optimizer = make([first, second]);
        for (const index of indices) {
          tidy(() => {
            optimizer.zeroGrad();
            const out = table.call(index).sum(1).mul(bag.call(index));
            out.square().sum().backward();
            optimizer.step();
          });
        }
        const { state } = optimizer.stateDict();
        return [
          first,
          second,
          ...[...state.values()].flatMap((own) => Object.values(own).map(dense)),
        ];
      },
      `table = nn.Embedding(6, 3, sparse=True, _weight=w)
bag = nn.EmbeddingBag(6, 3, sparse=True, mode='sum', _weight=v)
p = [table.weight, bag.weight]
opt = torch.optim.${python}
for index in indices:
    opt.zero_grad()
    (table(index).sum(1) * bag(index)).square().sum().backward()
    opt.step()
states = [t for own in opt.state_dict()['state'].values() for t in own.values() if t is not None]
result = [*p, *(t.to_dense() for t in states)]`,
      {
        w: torch.rand([6, 3]),
        v: torch.rand([6, 3]),
        indices: [0, 1, 2, 3].map(() => torch.randint(6, [2, 3])),
      },
      overSteps,
    ),
  );

  it('do not make the momentum larger than the table', () =>
    tidy(() => {
      const table = new nn.Embedding(4, 2, { sparse: true });
      using optimizer = new optim.SGD(table.parameters(), { lr: 0.1, momentum: 0.9 });
      for (let step = 0; step < 5; step++) {
        optimizer.zeroGrad();
        table
          .call(torch.randint(4, [8]))
          .sum()
          .backward();
        optimizer.step();
      }
      const buffer = optimizer.state.get(table.weight)?.momentumBuffer as Tensor;
      expect(buffer.isCoalesced()).toBe(true);
      expect(buffer.values().size(0)).toBeLessThanOrEqual(4);
    }));
});
