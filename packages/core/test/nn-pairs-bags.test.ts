import { nn, tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

describeWithOracle('layers of pairs and bags', (oracle) => {
  it.each([true, false])('Bilinear with bias %s', (bias) =>
    oracle.compare(
      ({ x, y, w }) => {
        const layer = new nn.Bilinear(3, 4, 5, { bias });
        const z = layer.call(x, y);
        z.mul(w).sum().backward();
        return [z, ...stateOf(layer), layer.toString(), Object.keys(layer.stateDict())];
      },
      `${pythonState}m = nn.Bilinear(3, 4, 5, bias=bias)
z = m(x, y)
(z * w).sum().backward()
result = [z, *state(m), repr(m), list(m.state_dict())]`,
      {
        x: torch.randn([2, 6, 3]),
        y: torch.randn([2, 6, 4]),
        w: torch.randn([2, 6, 5]),
        bias,
      },
      { absolute: 1e-4 },
    ),
  );

  it('PairwiseDistance and CosineSimilarity', () =>
    oracle.compare(
      ({ x, y }) => {
        const layers = [
          new nn.PairwiseDistance(),
          new nn.PairwiseDistance({ p: 1, eps: 1e-3, keepdim: true }),
          new nn.CosineSimilarity(),
          new nn.CosineSimilarity({ dim: -1, eps: 2 }),
        ];
        const F = nn.functional;
        return [
          ...layers.map((layer) => layer.call(x, y)),
          ...layers.map(String),
          F.pairwiseDistance(x, y, 3),
          F.cosineSimilarity(x, y, { dim: 0 }),
        ];
      },
      `ms = [nn.PairwiseDistance(), nn.PairwiseDistance(p=1, eps=1e-3, keepdim=True), nn.CosineSimilarity(),
nn.CosineSimilarity(dim=-1, eps=2)]
result = [*[m(x, y) for m in ms], *map(repr, ms), F.pairwise_distance(x, y, 3), F.cosine_similarity(x, y, dim=0)]`,
      { x: torch.randn([4, 3, 2]), y: torch.randn([4, 3, 2]) },
      { gradients: true },
    ));

  it('pdist', () =>
    oracle.compare(
      ({ x }) => [nn.functional.pdist(x), nn.functional.pdist(x, 1.5)],
      '[F.pdist(x), F.pdist(x, 1.5)]',
      { x: torch.randn([5, 3]) },
      { gradients: true },
    ));

  it.each([
    ['plain', {}, ''],
    ['of sums', { mode: 'sum' }, "mode='sum'"],
    ['of maxima', { mode: 'max' }, "mode='max'"],
    ['with a padding row', { paddingIdx: 2 }, 'padding_idx=2'],
    ['of maxima with a padding row', { mode: 'max', paddingIdx: -1 }, "mode='max', padding_idx=-1"],
    ['with a largest norm', { maxNorm: 1.2, normType: 1.5 }, 'max_norm=1.2, norm_type=1.5'],
    ['scaled by frequency', { scaleGradByFreq: true }, 'scale_grad_by_freq=True'],
    ['with a sparse gradient', { sparse: true, mode: 'sum' }, "sparse=True, mode='sum'"],
    ['of another dtype', { dtype: 'float64' }, 'dtype=torch.float64'],
  ] as const)('EmbeddingBag %s', (_, options, python) =>
    oracle.compare(
      ({ i, flat, offsets, w }) => {
        const layer = new nn.EmbeddingBag(6, 4, options);
        const bags = layer.call(i);
        bags.add(layer.call(flat, offsets)).mul(w).sum().backward();
        const names = Object.keys(layer.stateDict());
        return [bags, layer.eval().call(i), ...stateOf(layer), layer.toString(), names];
      },
      `${pythonState}m = nn.EmbeddingBag(6, 4, ${python})
y = m(i)
((y + m(flat, offsets)) * w).sum().backward()
result = [y, m.eval()(i), *state(m), repr(m), list(m.state_dict())]`,
      {
        i: torch.randint(6, [3, 5]),
        flat: torch.randint(6, [9]),
        offsets: tensor([0n, 2n, 7n]),
        w: torch.randn([3, 4]),
      },
    ),
  );

  it('EmbeddingBag with weights for the indices, and an offset at the end', () =>
    oracle.compare(
      ({ table, i, s, flat, t, offsets }) => {
        const layer = new nn.EmbeddingBag(6, 4, { mode: 'sum', includeLastOffset: true });
        return [
          layer.call(i, null, s.detach()),
          layer.call(flat, offsets, t.detach()),
          nn.functional.embeddingBag(i, table, { mode: 'sum', perSampleWeights: s }),
          nn.functional.embeddingBag(flat, table, { offsets, paddingIdx: -2 }),
        ];
      },
      `m = nn.EmbeddingBag(6, 4, mode='sum', include_last_offset=True)
result = [m(i, None, s.detach()), m(flat, offsets, t.detach()), F.embedding_bag(i, table, mode='sum', per_sample_weights=s),
F.embedding_bag(flat, table, offsets, padding_idx=-2)]`,
      {
        table: torch.randn([6, 4]),
        i: torch.randint(6, [3, 5]),
        s: torch.rand([3, 5]),
        flat: torch.randint(6, [9]),
        t: torch.rand([9]),
        offsets: tensor([0n, 2n, 7n, 9n]),
      },
      { gradients: true },
    ));

  it.each([true, false])('EmbeddingBag.fromPretrained with freeze %s', (freeze) =>
    oracle.compare(
      ({ table, i }) => {
        const layer = nn.EmbeddingBag.fromPretrained(table, { freeze, mode: 'max' });
        return [layer.call(i), layer.weight.requiresGrad, torch.rand([2])];
      },
      `m = nn.EmbeddingBag.from_pretrained(table, freeze=freeze, mode='max')
result = [m(i), m.weight.requires_grad, torch.rand(2)]`,
      { table: torch.randn([4, 3]), i: torch.randint(4, [2, 6]), freeze },
    ),
  );

  it('refuse what does not fit', () =>
    tidy(() => {
      const table = torch.ones([4, 3]);
      const i = torch.zeros([2, 2], { dtype: 'int64' });
      const F = nn.functional;
      expect(() => new nn.Bilinear(0, 2, 3)).toThrow('in1Features must be positive, got 0');
      expect(() => new nn.Bilinear(1, 2.5, 3)).toThrow('in2Features must be a whole number');
      expect(() => new nn.EmbeddingBag(4, 3, { mode: 'min' as never })).toThrow("got 'min'");
      expect(() => new nn.EmbeddingBag(4, 3, { mode: 'max', sparse: true })).toThrow(
        "EmbeddingBag: the mode 'max' does not have sparse",
      );
      expect(() => new nn.EmbeddingBag(4, 3, { paddingIdx: 4 })).toThrow('within the 4 rows');
      expect(() => new nn.EmbeddingBag(4, 2, { weight: table })).toThrow(
        'EmbeddingBag: the table must have shape [4, 2], got [4, 3]',
      );
      expect(() => nn.EmbeddingBag.fromPretrained(i.select(0, 0))).toThrow('2 dimensions');
      expect(() => F.embeddingBag(i, table, { offsets: i })).toThrow('takes no offsets');
      expect(() => F.embeddingBag(i.reshape([4]), table)).toThrow('1 dimension, got null');
      expect(() => F.embeddingBag(i.reshape([4]), table, { offsets: i })).toThrow('shape [2, 2]');
      expect(() => F.embeddingBag(i.reshape([1, 2, 2]), table)).toThrow('got shape [1, 2, 2]');
      expect(() => F.embeddingBag(i, i.reshape([4]))).toThrow('2 dimensions, got shape [4]');
      expect(() => F.embeddingBag(i, table, { perSampleWeights: i })).toThrow(
        "need the mode 'sum'",
      );
      expect(() => F.embeddingBag(i, table, { mode: 'sum', perSampleWeights: table })).toThrow(
        "input's shape [2, 2], got [4, 3]",
      );
    }));
});
