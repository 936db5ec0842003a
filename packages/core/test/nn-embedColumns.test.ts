import { autograd, type DType, nn, type Tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const tableSizes = [
  [7, 3],
  [2, 1],
  [30, 12],
] as const;

const python = `tables = [torch.nn.Parameter(table) for table in (a, b, c)]
y = torch.cat([torch.nn.functional.embedding(column, table)
               for column, table in zip(indices.unbind(1), tables)], 1)
grads = torch.autograd.grad((y.pow(3) * factors).sum(), tables, create_graph=True)
second = torch.autograd.grad(sum(grad.square().sum() for grad in grads), tables)
result = [y, *grads, *second]`;

function inputs(rows: number, dtype: DType) {
  const [a, b, c] = tableSizes.map((size) => torch.randn(size, { dtype })) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const columns = tableSizes.map(([classes]) => torch.randint(classes, [rows]));
  return { a, b, c, indices: torch.stack(columns, 1), factors: torch.randn([rows, 16], { dtype }) };
}

const layersOf = (tables: readonly Tensor[]) =>
  tables.map((table) => nn.Embedding.fromPretrained(table, { freeze: false }));

describeWithOracle('embedColumns', (oracle) => {
  const indexForms: Record<string, (indices: Tensor) => Tensor> = {
    int64: (indices) => indices,
    int32: (indices) => indices.int(),
    strided: (indices) => indices.t().contiguous().t(),
  };
  const cases = Object.keys(indexForms).flatMap((form) =>
    (['float32', 'float64'] as const).flatMap((dtype) =>
      [1, 50].map((rows) => ({ form, dtype, rows })),
    ),
  );

  it.each(cases)('$rows rows of $dtype, $form indices', ({ form, dtype, rows }) =>
    oracle.compare(
      ({ a, b, c, indices, factors }) => {
        const layers = layersOf([a, b, c]);
        const weights = layers.map(({ weight }) => weight);
        const y = nn.embedColumns(layers, (indexForms[form] as (i: Tensor) => Tensor)(indices));
        const total = y.pow(3).mul(factors).sum();
        const once = autograd.grad(total, weights, { retainGraph: true }) as Tensor[];
        const grads = autograd.grad(total, weights, { createGraph: true }) as Tensor[];
        for (const [i, grad] of once.entries()) {
          expect(torch.allclose(grad, grads[i] as Tensor)).toBe(true);
        }
        const lengths = grads.map((grad) => grad.square().sum());
        const second = autograd.grad(torch.stack(lengths).sum(), weights) as Tensor[];
        return [y, ...once, ...second];
      },
      python,
      inputs(rows, dtype),
    ),
  );
});

describe('embedColumns', () => {
  /** What the layers give by themselves, and the gradients of their tables. */
  function oneByOne(layers: readonly nn.Embedding[], indices: Tensor): Tensor[] {
    const y = torch.cat(
      layers.map((layer, i) => layer.call(indices.select(1, i))),
      1,
    );
    return withGradients(y, layers);
  }

  function withGradients(y: Tensor, layers: readonly nn.Embedding[]): Tensor[] {
    const weights = layers.map(({ weight }) => weight).filter((weight) => weight.requiresGrad);
    return [y, ...(autograd.grad(y.square().sum(), weights) as Tensor[])];
  }

  function expectSame(ours: readonly Tensor[], theirs: readonly Tensor[]): void {
    expect(ours.length).toBe(theirs.length);
    for (const [i, tensor] of ours.entries()) {
      expect(torch.allclose(tensor, theirs[i] as Tensor)).toBe(true);
    }
  }

  it('calls layers whose hooks, options or class do more', () =>
    tidy(() => {
      class Doubled extends nn.Embedding {
        protected override forward(input: Tensor): Tensor {
          return super.forward(input).mul(2);
        }
      }
      const plain = new nn.Embedding(5, 2);
      const hooked = new nn.Embedding(5, 3);
      const handle = hooked.registerForwardHook((_, __, output) => output.add(1));
      const others = [
        new Doubled(5, 4),
        new nn.Embedding(5, 2, { paddingIdx: 1 }),
        new nn.Embedding(5, 2, { scaleGradByFreq: true }),
        new nn.Embedding(5, 2, { maxNorm: 0.5 }),
      ];
      const indices = torch.randint(5, [40, 2]);
      for (const other of [hooked, ...others]) {
        const layers = [plain, other];
        const ours = withGradients(nn.embedColumns(layers, indices), layers);
        expectSame(ours, oneByOne(layers, indices));
      }
      handle.remove();
    }));

  it('gives no rows for none, and zeros as gradients', () =>
    tidy(() => {
      const layers = [new nn.Embedding(5, 2), new nn.Embedding(4, 3)];
      const y = nn.embedColumns(layers, torch.zeros([0, 2], { dtype: 'int64' }));
      expect(y.shape).toEqual([0, 5]);
      for (const grad of withGradients(y, layers)) expect(grad.any().item()).toBe(false);
    }));

  it('leaves frozen tables without a gradient', () =>
    tidy(() => {
      const layers = [new nn.Embedding(5, 2), new nn.Embedding(4, 3)];
      (layers[0] as nn.Embedding).weight.requiresGrad = false;
      const indices = torch.randint(4, [9, 2]);
      const ours = withGradients(nn.embedColumns(layers, indices), layers);
      expect(ours.length).toBe(2);
      expectSame(ours, oneByOne(layers, indices));
    }));

  it('names the column of an index that has no row', () =>
    tidy(() => {
      const layers = [new nn.Embedding(5, 2), new nn.Embedding(4, 3)];
      for (const index of [4, -1]) {
        expect(() =>
          nn.embedColumns(layers, torch.tensor([[4, index]], { dtype: 'int64' })),
        ).toThrow(`index ${index} in column 1 is out of range for a table of 4 rows`);
      }
    }));

  it.each([
    [0, [3, 0]],
    [1, [3, 2]],
    [1, [3]],
  ])('refuses %d layers for indices of shape %j', (count, shape) =>
    tidy(() => {
      const layers = Array.from({ length: count }, () => new nn.Embedding(5, 2));
      const indices = torch.zeros(shape, { dtype: 'int64' });
      expect(() => nn.embedColumns(layers, indices)).toThrow(/^embedColumns: \d layers need /);
    }),
  );
});
