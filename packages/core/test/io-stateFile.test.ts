import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, nn, optim, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flambeau-state-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const kind = 'flambeau.test';

/** Reads and writes state files in Python, as Note [State files] describes them. */
const python = `
import json
from safetensors import safe_open
from safetensors.torch import save_file
def read(path):
    with safe_open(path, 'pt') as file:
        def unpack(node):
            if isinstance(node, list):
                return [unpack(item) for item in node]
            if not isinstance(node, dict):
                return node
            if '$tensor' in node:
                return file.get_tensor(node['$tensor'])
            return {key: unpack(item) for key, item in node.items()}
        return unpack(json.loads(file.metadata()['content']))
def write(path, kind, content):
    tensors = {}
    def pack(node, at):
        if isinstance(node, torch.Tensor):
            tensors[at] = node.detach().clone().contiguous()
            return {'$tensor': at}
        if isinstance(node, dict):
            return {str(key): pack(item, f'{at}.{key}') for key, item in node.items()}
        if isinstance(node, (list, tuple)):
            return [pack(item, f'{at}.{i}') for i, item in enumerate(node)]
        return node
    text = json.dumps(pack(content, 'state'))
    save_file(tensors, path, {'kind': kind, 'version': '1', 'content': text})
`;

const build = () => new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));

interface Saved {
  readonly model: nn.StateDict;
  readonly opt: optim.OptimizerStateDict;
}

type AnyOptimizer = Pick<
  optim.Optimizer<object, object>,
  'zeroGrad' | 'step' | 'stateDict' | 'loadStateDict' | 'dispose'
>;

/** The losses of 5 steps. */
function train(model: nn.AnyModule, opt: AnyOptimizer, x: Tensor, y: Tensor): number[] {
  return Array.from({ length: 5 }, () =>
    tidy(() => {
      const loss = nn.functional.mseLoss(model.call(x) as Tensor, y);
      opt.zeroGrad();
      loss.backward();
      opt.step();
      return Number(loss.item());
    }),
  );
}

const optimizers: [name: string, make: (model: nn.AnyModule) => AnyOptimizer, python: string][] = [
  [
    'SGD with momentum',
    (model) => new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 0.01 }),
    'torch.optim.SGD(model.parameters(), lr=1)',
  ],
  [
    'Adam',
    (model) => new optim.Adam(model.parameters(), { lr: 0.02, betas: [0.8, 0.95], amsgrad: true }),
    'torch.optim.Adam(model.parameters(), lr=1)',
  ],
  [
    'AdamW',
    (model) => new optim.AdamW(model.parameters(), { lr: 0.02, weightDecay: 0.1 }),
    'torch.optim.AdamW(model.parameters(), lr=1)',
  ],
  [
    'RMSprop',
    (model) => new optim.RMSprop(model.parameters(), { lr: 0.01, momentum: 0.5, centered: true }),
    'torch.optim.RMSprop(model.parameters(), lr=1)',
  ],
];

describeWithOracle('model and optimiser', (oracle) => {
  it.each(optimizers)('go to Python and back, and %s continues', async (name, make, pythonMake) => {
    const path = join(folder, `${name}.safetensors`);
    const [x, y] = [torch.randn([16, 4]), torch.randn([16, 1])];
    const model = build();
    const uninterrupted = build();
    uninterrupted.loadStateDict(model.stateDict());
    const wholeOpt = make(uninterrupted);
    const expected = [0, 1, 2].flatMap(() => train(uninterrupted, wholeOpt, x, y));

    const opt = make(model);
    const first = train(model, opt, x, y);
    io.writeStateFile(path, kind, { model: model.stateDict(), opt: opt.stateDict() });
    opt.dispose();
    model.dispose();

    const { result: second } = await oracle.evaluate(
      `${python}
saved = read(path)
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
model.load_state_dict(saved['model'])
opt = ${pythonMake}
saved['opt']['state'] = {int(key): state for key, state in saved['opt']['state'].items()}
opt.load_state_dict(saved['opt'])
result = []
for _ in range(5):
    loss = F.mse_loss(model(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    result.append(loss.item())
write(path, '${kind}', {'model': model.state_dict(), 'opt': opt.state_dict()})`,
      { path, x, y },
    );

    const third = tidy(() => {
      const again = build();
      const saved = io.readStateFile(path, kind) as unknown as Saved;
      again.loadStateDict(saved.model);
      const opt = make(again);
      opt.loadStateDict(saved.opt);
      const losses = train(again, opt, x, y);
      opt.dispose();
      return losses;
    });
    const losses = [...first, ...(second as number[]), ...third];
    expect(losses).toHaveLength(15);
    for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[i] as number, 5);
    for (const part of [wholeOpt, uninterrupted, x, y]) part.dispose();
  });
});

describe('a state file', () => {
  expectNoLeaks();

  it('holds tensors, numbers, texts, and objects and arrays of them', () =>
    tidy(() => {
      const path = join(folder, 'all.safetensors');
      const content = {
        tensors: [tensor([1, 2]), { scalar: tensor(3, { dtype: 'int64' }) }],
        numbers: [0.1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
        others: [null, true, 'text', [], {}],
        left: undefined,
        map: new Map([[3, 'three']]),
      };
      io.writeStateFile(path, kind, content);
      const read = io.readStateFile(path, kind) as unknown as typeof content;
      expect(Object.keys(read)).toEqual(['tensors', 'numbers', 'others', 'map']);
      expect(read.numbers).toEqual(content.numbers);
      expect(read.map).toEqual({ 3: 'three' });
      expect(read.others).toEqual(content.others);
      const [first, { scalar }] = read.tensors as [Tensor, { scalar: Tensor }];
      expect(first.toArray()).toEqual([1, 2]);
      expect([scalar.item(), scalar.dtype]).toEqual([3, 'int64']);
      expect(io.loadFile(path)).toHaveProperty(['tensors.1.scalar']);
    }));

  it('refuses what is no data, and leaves the old file', () => {
    const path = join(folder, 'old.safetensors');
    io.writeStateFile(path, kind, { a: 1 });
    const before = readFileSync(path);
    const refused: [unknown, string][] = [
      [{ a: { b: [() => 1] } }, 'a.b.0 must be a tensor'],
      [{ model: new nn.ReLU() }, 'model must be a tensor'],
      [{ a: new Map([[null, 1]]) }, 'a must be a tensor'],
      [{ a: new Set() }, 'a must be a tensor'],
      [{ $tensor: 'x' }, 'a name must not begin with $'],
    ];
    for (const [content, message] of refused) {
      expect(() => io.writeStateFile(path, kind, content)).toThrow(message);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('of another kind, of a newer version or damaged is an error', () =>
    tidy(() => {
      const path = join(folder, 'other.safetensors');
      const read = () => io.readStateFile(path, kind);
      io.writeStateFile(path, 'another', { a: 1 });
      expect(read).toThrow('is no file of the kind flambeau.test, but another');
      io.saveFile({}, path);
      expect(read).toThrow(io.FileFormatError);
      const write = (content: string, version = '1') =>
        io.saveFile({ a: torch.ones([1]) }, path, { kind, version, content });
      write('{}', '2');
      expect(read).toThrow('has version 2; this release reads up to 1');
      write('{"a":');
      expect(read).toThrow('is damaged');
      write('{"b":{"$tensor":"b"}}');
      expect(read).toThrow("lacks the tensor 'b'");
      write('{"__proto__":{"polluted":true}}');
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
      expect(Object.keys(read() as object)).toEqual(['__proto__']);
    }));
});
