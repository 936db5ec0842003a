import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, memory, nn, optim, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { leaves, pythonLeaves } from './checkpoints.js';
import { expectNoLeaks } from './liveTensors.js';

const folder = mkdtempSync(join(tmpdir(), 'save-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'saved.pt');

const dtypes = [
  ...(['bool', 'uint8', 'int8', 'int16', 'int32', 'int64', 'uint16', 'uint32', 'uint64'] as const),
  ...(['float16', 'bfloat16', 'float32', 'float64', 'complex64', 'complex128'] as const),
  ...(['float8_e4m3fn', 'float8_e5m2'] as const),
];

/** What can be saved, of every kind. */
function everything() {
  const base = torch.randn([6, 4]);
  const values = torch.randint(0, 100, [3, 2]);
  return {
    views: [base, base.t(), base.narrow(0, 1, 3), base.at(2, 3), base.expand([2, 6, 4])],
    asIntegers: [base.view('int32'), base.view('uint8')],
    dtypes: dtypes.map((dtype) => values.to(dtype)),
    empty: torch.empty([0, 3]),
    scalar: tensor(0.5),
    parameter: new nn.Parameter(torch.randn([2])),
    frozen: new nn.Parameter(torch.randn([2]), false),
    grad: tensor([1, 2], { requiresGrad: true }),
    conj: torch.randn([3], { dtype: 'complex64' }).conj(),
    numbers: [0, 1, -1, 255, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 53 - 1],
    floats: [1.5, -0, 1e300, Infinity, 2 ** -1074],
    bigints: [0n, 127n, 128n, -128n, -129n, 2n ** 64n, -(2n ** 63n), 2n ** 2000n],
    texts: ['', 'ü€😀', 'same', 'same', 'x'.repeat(300)],
    others: [null, true, false, { re: 1, im: -2 }, new Uint8Array([0, 255, 10]), new Set([1, 2])],
    map: new Map<unknown, unknown>([
      [1, 'a'],
      ['b', [{}]],
      [2.5, new Map()],
    ]),
    ['__proto__']: 1,
  };
}

describeWithOracle('io.save', (oracle) => {
  it('Python reads what is written here, with weights_only', async () => {
    tidy(() => io.save(everything(), path));
    await oracle.compare(
      () => [...leaves(io.load(path))],
      `${pythonLeaves}
result = list(leaves(torch.load(path, weights_only=True)))`,
      { path },
    );
  });

  it('as the types that Python has for it', async () => {
    tidy(() => io.save(everything(), path));
    const { result } = await oracle.evaluate(
      `x = torch.load(path, weights_only=True)
x['views'][0].fill_(3)
result = [
  [type(n).__name__ for n in x['numbers'] + x['floats'] + x['bigints']],
  [type(o).__name__ for o in x['others']], [type(k).__name__ for k in x['map']],
  type(x['parameter']).__name__, x['parameter'].requires_grad, x['frozen'].requires_grad,
  all(bool((v == 3).all()) for v in x['views']), x['asIntegers'][0][0, 0].view(torch.float32).item(),
  torch.load(path, mmap=True)['views'][1].shape == (4, 6)]`,
      { path },
    );
    expect(result).toEqual([
      [...Array(9).fill('int'), ...Array(5).fill('float'), ...Array(8).fill('int')],
      ['NoneType', 'bool', 'bool', 'complex', 'bytes', 'set'],
      ['int', 'str', 'float'],
      'Parameter',
      true,
      false,
      true,
      3,
      true,
    ]);
  });

  it('other programs see a sound archive', async () => {
    tidy(() => io.save(everything(), path));
    const { result } = await oracle.evaluate(
      `import zipfile
with zipfile.ZipFile(path) as z: result = [z.testzip(), len(z.namelist()) > 20]`,
      { path },
    );
    expect(result).toEqual([null, true]);
  });

  it('a model and its optimiser go to Python and back, and train on', async () => {
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.05, amsgrad: true });
    const { x, y } = tidy(() => ({ x: torch.randn([8, 3]), y: torch.randn([8, 1]) }));
    const train = (steps: number) =>
      Array.from({ length: steps }, () =>
        tidy(() => {
          optimizer.zeroGrad();
          const loss = model.call(x).sub(y).square().mean();
          loss.backward();
          optimizer.step();
          return loss.item() as number;
        }),
      );
    const save = () =>
      tidy(() => io.save({ model: model.stateDict(), optimizer: optimizer.stateDict() }, path));

    train(5);
    save();
    const expected = train(10);
    const { result } = await oracle.evaluate(
      `model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = torch.optim.Adam(model.parameters())
saved = torch.load(path, weights_only=True)
model.load_state_dict(saved['model'])
optimizer.load_state_dict(saved['optimizer'])
losses = []
for _ in range(5):
  optimizer.zero_grad()
  loss = (model(x) - y).square().mean()
  loss.backward()
  optimizer.step()
  losses.append(loss.item())
torch.save({'model': model.state_dict(), 'optimizer': optimizer.state_dict()}, path)
result = losses`,
      { path, x, y },
    );
    tidy(() => {
      const saved = io.load<{
        model: Record<string, Tensor>;
        optimizer: optim.OptimizerStateDict;
      }>(path);
      model.loadStateDict(saved.model);
      optimizer.loadStateDict(saved.optimizer);
    });
    const losses = [...(result as number[]), ...train(5)];
    for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[i] as number, 5);
    for (const owner of [model, optimizer, x, y]) owner.dispose();
  });
});

describe('io.save', () => {
  expectNoLeaks();

  it('io.load gives it back, objects shared as they were', () =>
    tidy(() => {
      const shared = { list: [1] };
      const cyclic: Record<string, unknown> = { shared, again: shared };
      cyclic.self = cyclic;
      const x = torch.ones([2]);
      io.save({ cyclic, x, y: x }, path);
      const loaded = io.load<{ cyclic: typeof cyclic; x: Tensor; y: Tensor }>(path);
      expect(loaded.cyclic.self).toBe(loaded.cyclic);
      expect(loaded.cyclic.again).toBe(loaded.cyclic.shared);
      expect(loaded.x).toBe(loaded.y);
    }));

  it('large tensors pass in pieces', () =>
    tidy(() => {
      const x = torch.randint(0, 2 ** 31, [5000, 1001], { dtype: 'int32' });
      const wanted = [x, x.t(), x.narrow(0, 2, 3)];
      io.save(wanted, path);
      for (const [i, got] of io.load<Tensor[]>(path).entries()) {
        expect(got.equal(wanted[i] as Tensor)).toBe(true);
      }
      io.saveFile({ x, turned: x.t() }, path);
      const loaded = io.loadFile(path);
      expect(loaded.x?.equal(x)).toBe(true);
      expect(loaded.turned?.equal(x.t())).toBe(true);
    }));

  it('a fresh optimiser, whose state is empty, is loaded too', () => {
    const model = new nn.Linear(2, 2);
    using optimizer = new optim.Adam(model.parameters());
    tidy(() => {
      io.save(optimizer.stateDict(), path);
      optimizer.loadStateDict(io.load<optim.SavedOptimizerState>(path));
    });
    expect(optimizer.state.size).toBe(0);
    model.dispose();
  });

  it.each([
    ['a function', { a: [() => 1] }, 'cannot save the value.a[0]: it is a function'],
    ['a huge integer', [2n ** 2039n], 'it is an integer of more than 2040 bits'],
    ['a date', { when: new Date() }, 'cannot save the value.when: it is a Date'],
    ['a typed array', [new Float32Array(2)], 'cannot save the value[0]: it is a Float32Array'],
    ['a symbol', new Map([[Symbol('a'), 1]]), 'a key of the value: it is a symbol'],
    ['an object as a key', new Map([[{}, 1]]), 'a dictionary with an object as a key'],
  ])('refuses %s, and leaves the file as it was', (_, value, message) => {
    writeFileSync(path, 'before');
    expect(() => io.save(value, path)).toThrow(TypeError);
    expect(() => io.save(value, path)).toThrow(message);
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['saved.pt']);
  });

  it('refuses modules, sparse tensors and those without data', () => {
    using model = new nn.Linear(1, 1);
    expect(() => io.save({ model }, path)).toThrow('it is a Linear: save its stateDict()');
    tidy(() => {
      expect(() => io.save(torch.eye(2).toSparse(), path)).toThrow('a sparseCoo tensor');
      const meta = torch.empty([2], { device: 'meta' });
      expect(() => io.save(meta, path)).toThrow('a tensor without data');
    });
    const deep: unknown[] = [];
    let inner = deep;
    for (let i = 0; i < 600; i++) {
      const next: unknown[] = [];
      inner.push(next);
      inner = next;
    }
    expect(() => io.save(deep, path)).toThrow('nested deeper than 500');
  });

  it('frees what it made when the folder is missing', () => {
    const before = memory.liveTensors();
    tidy(() => {
      expect(() => io.save(torch.ones([2]), join(folder, 'no', 'file.pt'))).toThrow('ENOENT');
    });
    expect(memory.liveTensors()).toBe(before);
  });
});
