import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, nn, type Tensor, torch } from '@flambeau/core';
import { afterAll, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const folder = mkdtempSync(join(tmpdir(), 'flambeau-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Maker = () => nn.AnyModule;
type Call = (model: nn.AnyModule, x: Tensor, y: Tensor) => unknown;

const cases: readonly (readonly [python: string, make: Maker, pythonCall: string, call: Call])[] = [
  [
    'nn.LSTM(6, 4, num_layers=2, bidirectional=True, proj_size=3)',
    () => new nn.LSTM(6, 4, { numLayers: 2, bidirectional: true, projSize: 3 }),
    '[m(x)[0], *m(x)[1]]',
    (model, x) => ([model.call(x)].flat() as unknown[]).flat(),
  ],
  [
    'nn.GRU(6, 4, batch_first=True, bias=False)',
    () => new nn.GRU(6, 4, { batchFirst: true, bias: false }),
    'list(m(x))',
    (model, x) => model.call(x),
  ],
  [
    'nn.LSTMCell(6, 4)',
    () => new nn.LSTMCell(6, 4),
    'list(m(x[0]))',
    (model, x) => model.call(x.select(0, 0)),
  ],
  [
    'nn.MultiheadAttention(6, 3, kdim=6, vdim=6, add_bias_kv=True)',
    () => new nn.MultiheadAttention(6, 3, { addBiasKv: true }),
    'list(m(x, y, y))',
    (model, x, y) => model.call(x, y, y),
  ],
  [
    'nn.Transformer(6, 2, 2, 2, 8, batch_first=True)',
    () =>
      new nn.Transformer(6, 2, {
        numEncoderLayers: 2,
        numDecoderLayers: 2,
        dimFeedforward: 8,
        batchFirst: true,
      }),
    'm(x, y)',
    (model, x, y) => model.call(x, y),
  ],
];

describeWithOracle('a state dictionary of Python', (oracle) => {
  it.each(cases)('of %s gives the same model', async (python, make, pythonCall, call) => {
    const path = join(folder, `${python.slice(3, 8)}.pt`);
    // Biases begin as 0 here and there: no value may be left as it is first.
    const save = `m = ${python}.eval()
with torch.no_grad():
  for p in m.parameters(): p.normal_()
torch.save(m.state_dict(), path)
result = ${pythonCall}`;
    await oracle.compare(
      ({ x, y }) => {
        const model = make().eval();
        model.loadStateDict(io.load<nn.StateDict>(path));
        return call(model, x, y);
      },
      save,
      { x: torch.randn([3, 2, 6]), y: torch.randn([3, 2, 6]), path },
      { absolute: 1e-4, relative: 1e-4 },
    );
  });

  it.each(cases)('goes to %s', async (python, make, pythonCall, call) => {
    const path = join(folder, `to-${python.slice(3, 8)}.pt`);
    using model = make().eval();
    io.save(model.stateDict(), path);
    await oracle.compare(
      ({ x, y }) => call(model, x, y),
      `m = ${python}.eval()
m.load_state_dict(torch.load(path))
result = ${pythonCall}`,
      { x: torch.randn([3, 2, 6]), y: torch.randn([3, 2, 6]), path },
      { absolute: 1e-4, relative: 1e-4 },
    );
  });
});
