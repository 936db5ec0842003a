import { amp, memory, nn, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { expect, it, vi } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

// All are used alike, so one type stands for them.
const layers = { RNN: nn.RNN, GRU: nn.GRU, LSTM: nn.LSTM } as unknown as Record<
  'RNN' | 'GRU' | 'LSTM',
  typeof nn.LSTM
>;
const cells = {
  RNNCell: nn.RNNCell,
  GRUCell: nn.GRUCell,
  LSTMCell: nn.LSTMCell,
} as unknown as Record<'RNNCell' | 'GRUCell' | 'LSTMCell', typeof nn.LSTMCell>;
const tolerance = { absolute: 1e-4, relative: 1e-4 };

type State = Tensor | readonly Tensor[];

/** All tensors of what a recurrent layer gives, and Python's `parts` of the same. */
function parts([output, hidden]: readonly [Tensor | nn.utils.rnn.PackedSequence, State]): Tensor[] {
  const steps =
    output instanceof nn.utils.rnn.PackedSequence ? [output.data, output.batchSizes] : [output];
  return [...steps, ...[hidden].flat()];
}
const pythonParts = `def parts(given):
  output, hidden = given
  steps = [output] if torch.is_tensor(output) else [output.data, output.batch_sizes]
  return [*steps, *([hidden] if torch.is_tensor(hidden) else hidden)]
`;

describeWithOracle('recurrent layers', (oracle) => {
  const forms: readonly (readonly [name: string, options: nn.LSTMOptions, python: string])[] = [
    ['plain', {}, ''],
    ['of two layers, without bias', { numLayers: 2, bias: false }, 'num_layers=2, bias=False'],
    ['batch first', { batchFirst: true }, 'batch_first=True'],
    [
      'of two layers in both directions, with dropout',
      { numLayers: 2, bidirectional: true, dropout: 0.25 },
      'num_layers=2, bidirectional=True, dropout=0.25',
    ],
    ['of another dtype', { dtype: 'float64' }, 'dtype=torch.float64'],
  ];
  const cases: readonly (readonly [keyof typeof layers, string, nn.LSTMOptions, string])[] = [
    ...(['RNN', 'GRU', 'LSTM'] as const).flatMap((kind) =>
      forms.map(([name, options, python]) => [kind, name, options, python] as const),
    ),
    ['RNN', 'with ReLU', { nonlinearity: 'relu' } as nn.LSTMOptions, "nonlinearity='relu'"],
    [
      'LSTM',
      'with a projection',
      { projSize: 3, numLayers: 2, bidirectional: true },
      'proj_size=3, num_layers=2, bidirectional=True',
    ],
    ['LSTM', 'with a projection, no bias', { projSize: 1, bias: false }, 'proj_size=1, bias=False'],
  ];

  it.each(cases)('%s, %s', (kind, _, options, python) =>
    oracle.compare(
      ({ x }) => {
        const layer = new layers[kind](4, 5, options);
        const given = options.dtype === undefined ? x : x.to(options.dtype);
        const trained = layer.call(given.requiresGrad_());
        const hidden = [trained[1]].flat() as Tensor[];
        const state = (kind === 'LSTM' ? hidden : hidden[0]) as never;
        const again = layer.eval().call(given, state);
        const loss = [...parts(trained), ...parts(again)].reduce(
          (sum: Tensor, part) => sum.add(part.square().sum()),
          given.sum(),
        );
        loss.backward();
        return [
          ...[trained, again].flatMap(parts),
          given.grad,
          ...stateOf(layer),
          Object.keys(layer.stateDict()),
          layer.toString(),
          layer.allWeights.map((weights) => [...weights]),
        ];
      },
      `${pythonState}${pythonParts}m = nn.${kind}(4, 5${python && `, ${python}`})
given = x.to(m.weight_ih_l0.dtype)
trained = m(given.requires_grad_())
again = m.eval()(given, trained[1])
sum(p.square().sum() for p in [given.sum().sqrt() * 0, *parts(trained), *parts(again)]).add(given.sum()).backward()
result = [*parts(trained), *parts(again), given.grad, *state(m), list(m.state_dict()), repr(m), m.all_weights]`,
      { x: torch.rand([6, 3, 4]) },
      tolerance,
    ),
  );

  it.each(['RNN', 'GRU', 'LSTM'] as const)('%s of a sequence without batch', (kind) =>
    oracle.compare(
      ({ x, h, c }) => {
        const layer = new layers[kind](4, 5, { bidirectional: true, batchFirst: true });
        const state = (kind === 'LSTM' ? [h, c] : h) as never;
        return [parts(layer.call(x)), parts(layer.call(x, state))].flat();
      },
      `${pythonParts}m = nn.${kind}(4, 5, bidirectional=True, batch_first=True)
result = [*parts(m(x)), *parts(m(x, ${kind === 'LSTM' ? '(h, c)' : 'h'}))]`,
      { x: torch.randn([6, 4]), h: torch.randn([2, 5]), c: torch.randn([2, 5]) },
      { ...tolerance, gradients: true },
    ),
  );

  it.each(['RNN', 'GRU', 'LSTM'] as const)('%s of packed sequences', (kind) =>
    oracle.compare(
      ({ x, h, c }) => {
        const { packPaddedSequence } = nn.utils.rnn;
        const layer = new layers[kind](4, 5, { numLayers: 2, bidirectional: true });
        const state = (kind === 'LSTM' ? [h, c] : h) as never;
        const sorted = packPaddedSequence(x, [6, 4, 1]);
        const unsorted = packPaddedSequence(x, tensor([2n, 5n, 3n]), { enforceSorted: false });
        const given = [layer.call(sorted), layer.call(sorted, state), layer.call(unsorted, state)];
        return given.flatMap(parts);
      },
      `${pythonParts}pack = nn.utils.rnn.pack_padded_sequence
m = nn.${kind}(4, 5, num_layers=2, bidirectional=True)
hx = ${kind === 'LSTM' ? '(h, c)' : 'h'}
a, b = pack(x, [6, 4, 1]), pack(x, torch.tensor([2, 5, 3]), enforce_sorted=False)
result = [p for given in [m(a), m(a, hx), m(b, hx)] for p in parts(given)]`,
      { x: torch.randn([6, 3, 4]), h: torch.randn([4, 3, 5]), c: torch.randn([4, 3, 5]) },
      { ...tolerance, gradients: true },
    ),
  );

  it('LSTM with a projection takes states of two sizes', () =>
    oracle.compare(
      ({ x, h, c }) => parts(new nn.LSTM(4, 5, { projSize: 2 }).call(x, [h, c])),
      `${pythonParts}result = parts(nn.LSTM(4, 5, proj_size=2)(x, (h, c)))`,
      { x: torch.randn([6, 3, 4]), h: torch.randn([1, 3, 2]), c: torch.randn([1, 3, 5]) },
      { ...tolerance, gradients: true },
    ));

  it.each([
    ['RNNCell', 'plain', {}, ''],
    ['RNNCell', 'with ReLU', { nonlinearity: 'relu' }, "nonlinearity='relu'"],
    ['GRUCell', 'plain', {}, ''],
    ['GRUCell', 'without bias', { bias: false }, 'bias=False'],
    ['LSTMCell', 'plain', {}, ''],
    ['LSTMCell', 'without bias', { bias: false }, 'bias=False'],
    ['LSTMCell', 'of another dtype', { dtype: 'float64' }, 'dtype=torch.float64'],
  ] as const)('%s, %s', (kind, _, options: nn.RNNCellOptions, python) =>
    oracle.compare(
      (inputs) => {
        const cell = new cells[kind](4, 5, options);
        const { dtype } = cell.weightIh;
        const [x, h, c] = [inputs.x, inputs.h, inputs.c].map((input) =>
          input.to(dtype).requiresGrad_(),
        ) as [Tensor, Tensor, Tensor];
        const state = (kind === 'LSTMCell' ? [h, c] : h) as never;
        const one = (
          kind === 'LSTMCell' ? [h.select(0, 0), c.select(0, 0)] : h.select(0, 0)
        ) as never;
        const given: readonly State[] = [
          cell.call(x),
          cell.call(x, state),
          cell.call(x.select(0, 0)),
          cell.call(x.select(0, 0), one),
        ];
        const tensors = given.flat() as Tensor[];
        tensors.reduce((sum: Tensor, part) => sum.add(part.square().sum()), x.sum()).backward();
        return [
          ...tensors,
          ...[x.grad, h.grad, ...(kind === 'LSTMCell' ? [c.grad] : [])],
          ...stateOf(cell),
          Object.keys(cell.stateDict()),
          cell.toString(),
        ];
      },
      `${pythonState}m = nn.${kind}(4, 5${python && `, ${python}`})
x, h, c = [t.to(m.weight_ih.dtype).requires_grad_() for t in (x, h, c)]
lstm = ${kind === 'LSTMCell' ? 'True' : 'False'}
given = [m(x), m(x, (h, c) if lstm else h), m(x[0]), m(x[0], (h[0], c[0]) if lstm else h[0])]
tensors = [t for g in given for t in ([g] if torch.is_tensor(g) else g)]
sum(t.square().sum() for t in tensors).add(x.sum()).backward()
result = [*tensors, x.grad, h.grad, *([c.grad] if lstm else []), *state(m), list(m.state_dict()), repr(m)]`,
      { x: torch.randn([3, 4]), h: torch.randn([3, 5]), c: torch.randn([3, 5]) },
      tolerance,
    ),
  );

  it('a model of an LSTM learns as in Python', () =>
    oracle.compare(
      ({ x, t }) => {
        class Tagger extends nn.Module {
          readonly embedding = new nn.Embedding(7, 4);
          readonly lstm = new nn.LSTM(4, 5, { batchFirst: true });
          readonly output = new nn.Linear(5, 3);
          protected override forward(words: Tensor): Tensor {
            const [steps] = this.lstm.call(this.embedding.call(words));
            return this.output.call(steps).flatten(0, 1);
          }
        }
        const model = new Tagger();
        nn.functional.crossEntropy(model.call(x), t.flatten()).backward();
        return [...stateOf(model), Object.keys(model.stateDict()), model.toString()];
      },
      `${pythonState}class Tagger(nn.Module):
  def __init__(self):
    super().__init__()
    self.embedding, self.lstm, self.output = nn.Embedding(7, 4), nn.LSTM(4, 5, batch_first=True), nn.Linear(5, 3)
  def forward(self, words):
    return self.output(self.lstm(self.embedding(words))[0]).flatten(0, 1)
m = Tagger()
F.cross_entropy(m(x), t.flatten()).backward()
result = [*state(m), list(m.state_dict()), repr(m)]`,
      { x: torch.randint(7, [2, 6]), t: torch.randint(3, [2, 6]) },
      tolerance,
    ));

  it('of a weight that is normed', () =>
    oracle.compare(
      ({ x }) => {
        const { weightNorm } = nn.utils.parametrizations;
        const layer = weightNorm(new nn.LSTM(4, 5), { name: 'weight_hh_l0' });
        const given = [layer.call(x), layer.eval().call(x)].flatMap(parts);
        given.reduce((sum: Tensor, part) => sum.add(part.square().sum()), x.sum()).backward();
        return [...given, ...stateOf(layer), Object.keys(layer.stateDict())];
      },
      `${pythonState}${pythonParts}m = nn.utils.parametrizations.weight_norm(nn.LSTM(4, 5), 'weight_hh_l0')
given = [*parts(m(x)), *parts(m.eval()(x))]
sum(t.square().sum() for t in given).add(x.sum()).backward()
result = [*given, *state(m), list(m.state_dict())]`,
      { x: torch.randn([6, 3, 4]) },
      tolerance,
    ));

  it('dropout behind a single layer is warned of', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    using layer = new nn.GRU(2, 3, { dropout: 0.5 });
    expect(layer.toString()).toBe('GRU(2, 3, dropout=0.5)');
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      'GRU: dropout is behind each layer but the last, so with one layer it does nothing',
    ]);
    warn.mockRestore();
  });

  it.each(['RNN', 'GRU', 'LSTM'] as const)('%s under autocast', (kind) =>
    oracle.compare(
      ({ x }) => amp.autocast('cpu', () => parts(new layers[kind](4, 5).call(x))),
      `${pythonParts}m = nn.${kind}(4, 5)
with torch.autocast('cpu'):
  result = parts(m(x))`,
      { x: torch.randn([6, 3, 4]) },
      { absolute: 0.02 },
    ),
  );

  it('a weight that was replaced is used', () =>
    tidy(() => {
      const layer = new nn.GRU(2, 3);
      const x = torch.randn([4, 1, 2]);
      const weight = new nn.Parameter(torch.zeros([9, 2]));
      layer.registerParameter('weight_ih_l0', weight);
      layer.call(x)[0].sum().backward();
      expect(weight.grad).not.toBeNull();
      expect(layer.allWeights[0]?.[0]).toBe(weight);
    }));

  it('ends a Sequential, which then gives what it gives', () =>
    tidy(() => {
      const model = new nn.Sequential(new nn.Embedding(5, 4), new nn.GRU(4, 3));
      const [steps, hidden]: [Tensor, Tensor] = model.call(torch.randint(5, [6, 2]));
      expect([steps.shape, hidden.shape]).toEqual([
        [6, 2, 3],
        [1, 2, 3],
      ]);
    }));

  it('a call leaves nothing behind but what it gives', () => {
    using layer = new nn.LSTM(2, 3, { bidirectional: true });
    using cell = new nn.GRUCell(2, 3);
    using x = torch.ones([4, 2]);
    const before = memory.liveTensors();
    const [steps, [hidden, state]] = layer.call(x);
    const next = cell.call(x);
    expect(memory.liveTensors() - before).toBe(4);
    for (const given of [steps, hidden, state, next]) given.dispose();
  });

  it('packed output leaves a scope with all of its parts', () => {
    using layer = new nn.LSTM(2, 3);
    using packed = tidy(() => {
      const sequences = [torch.ones([2, 2]), torch.ones([4, 2])];
      const given = nn.utils.rnn.packSequence(sequences, { enforceSorted: false });
      return layer.call(given)[0];
    });
    expect(packed.data.shape).toEqual([6, 3]);
    expect(packed.batchSizes.toArray()).toEqual([2, 2, 1, 1]);
    expect(packed.unsortedIndices?.toArray()).toEqual([1, 0]);
  });

  it('refuse what does not fit', () =>
    tidy(() => {
      expect(() => new nn.RNN(0, 5)).toThrow('RNN: inputSize must be a whole number of at least 1');
      expect(() => new nn.GRU(2, 1.5)).toThrow('GRU: hiddenSize must be a whole number');
      expect(() => new nn.LSTM(2, 3, { numLayers: 0 })).toThrow('numLayers must be');
      expect(() => new nn.LSTM(2, 3, { projSize: 3 })).toThrow(
        'LSTM: projSize must be smaller than hiddenSize 3, got 3',
      );
      expect(() => new nn.GRU(2, 3, { projSize: 1 } as never)).toThrow(
        "GRU() has no option 'projSize'",
      );
      expect(() => new nn.RNN(2, 3, { layers: 2 } as never)).toThrow('dtype, nonlinearity');
      expect(() => new nn.RNNCell(2, 3, { bia: true } as never)).toThrow('dtype, nonlinearity');
      expect(() => new nn.RNN(2, 3, { dropout: 1.5 })).toThrow('between 0 and 1, got 1.5');
      expect(() => new nn.RNN(2, 3, { nonlinearity: 'sigmoid' as never })).toThrow(
        "RNN: nonlinearity must be 'tanh' or 'relu', got 'sigmoid'",
      );
      const lstm = new nn.LSTM(2, 3);
      const x = torch.ones([4, 1, 2]);
      const h = torch.ones([1, 1, 3]);
      expect(() => lstm.call(torch.ones([2]))).toThrow('2 or 3 dimensions, got shape [2]');
      expect(() => lstm.call(x.double())).toThrow(
        'LSTM: the input must be float32, as the weights, got float64',
      );
      expect(() => lstm.call(h)).toThrow('must be inputSize 2, got shape [1, 1, 3]');
      expect(() => lstm.call(x, h as never)).toThrow('hx must be the pair [hidden, cell]');
      expect(() => lstm.call(x, [h, x])).toThrow('hx must have shape [1, 1, 3], got [4, 1, 2]');
      expect(() => lstm.call(x.select(1, 0), [h, h])).toThrow('hx must have shape [1, 3], got');
      expect(() => lstm.call([1] as never)).toThrow('LSTM: input must be a Tensor');
      expect(() => lstm.call(nn.utils.rnn.packSequence([torch.ones([3])]))).toThrow(
        'packed data must have 2 dimensions, got shape [3]',
      );
      const cell = new nn.LSTMCell(2, 3);
      expect(() => cell.call(x)).toThrow('input must have 1 or 2 dimensions, got shape [4, 1, 2]');
      expect(() => cell.call(torch.ones([1, 2]), [h, h])).toThrow('hx must have 1 or 2 dimensions');
      expect(() => cell.call(torch.ones([1, 2]), h as never)).toThrow('the pair [hidden, cell]');
    }));
});
