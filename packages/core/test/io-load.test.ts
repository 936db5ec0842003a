import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, memory, nn, optim, type Tensor, tidy, torch } from '@flambeau/core';
import { afterAll, expect, it } from 'vitest';
import { describeWithOracle, type Oracle } from '../../../test/oracle/oracle.js';
import { describeWithData } from '../../../test/realData.js';
import { leaves, pythonLeaves } from './checkpoints.js';

const folder = mkdtempSync(join(tmpdir(), 'load-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'saved.pt');

/** Compares what `io.load` and `torch.load` make of a file. */
async function compareFile(oracle: Oracle, file: string): Promise<void> {
  await oracle.compare(
    () => [...leaves(io.load(file))],
    `${pythonLeaves}
result = list(leaves(torch.load(file, weights_only=False, map_location='cpu')))`,
    { file },
  );
}

const everything = `
conv = nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
model = nn.Sequential(conv, nn.BatchNorm2d(4))
optimizer = torch.optim.Adam(model.parameters())
model(torch.randn(2, 3, 5, 5)).sum().backward()
optimizer.step()
base = torch.randn(6, 4)
names = ['bool', 'uint8', 'int8', 'int16', 'int32', 'int64', 'float16', 'bfloat16', 'float32',
  'float64', 'complex64', 'complex128'] + more
saved = {
  'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'weight': conv.weight,
  'views': [base, base.t(), base[1:, ::2], base[2, 3], base.expand(2, 6, 4)],
  'empty': torch.zeros(0, 3), 'scalar': torch.tensor(2.5), 'grad': torch.ones(2, requires_grad=True),
  'bits': [torch.randn(3, dtype=torch.complex64).conj(), torch.randn(3, dtype=torch.complex64).conj().imag],
  'dtypes': {name: (torch.rand(3, 2) * 100).to(getattr(torch, name)) for name in names},
  'numbers': [0, 1, -1, 255, 256, 65535, 65536, -2**31, 2**31, 2**53 + 1, -2**63, 2**70, 1.5, -0.0,
    float('inf'), True, False, None, 1 + 2j],
  'texts': ['', 'ü€😀', 'long' * 100], 'bytes': [b'', b'\\x00\\xffab'],
  'mixed keys': {1: 'a', 'b': 2, 2.5: None}, 'set': {3, 1, 2}, '__proto__': 1,
  'size': torch.Size([2, 3]), 'dtype': torch.float32, 'device': torch.device('cuda:1'),
  'tuples': [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)], 'nested': {'a': {'b': [{'c': []}]}},
}
`;

describeWithOracle('io.load', (oracle) => {
  for (const protocol of [2, 3, 4, 5]) {
    for (const zip of [true, false]) {
      it(`reads protocol ${protocol}, ${zip ? 'zip' : 'legacy'} format`, async () => {
        const more = zip ? ['uint16', 'uint32', 'uint64', 'float8_e4m3fn', 'float8_e5m2'] : [];
        await oracle.evaluate(
          `${everything}
torch.save(saved, path, pickle_protocol=protocol, _use_new_zipfile_serialization=zip)
result = 0`,
          { path, protocol, zip, more },
        );
        await compareFile(oracle, path);
      });
    }
  }

  it('reads bytes as it reads a file', () =>
    tidy(() => {
      const [a, b] = [io.load(path), io.load(readFileSync(path))].map((x) => [...leaves(x)]);
      expect(JSON.stringify(b?.map(([name]) => name))).toBe(
        JSON.stringify(a?.map(([name]) => name)),
      );
    }));

  it('tensors that share memory in the file share it here', () =>
    tidy(() => {
      const { views } = io.load<{ views: Tensor[] }>(path);
      const [base, ...others] = views as [Tensor, Tensor, Tensor, Tensor, Tensor];
      base.fill_(7);
      for (const view of others) expect(view.eq(7).all().item()).toBe(true);
    }));

  it('a parameter is one, and can be trained', () =>
    tidy(() => {
      const { weight, grad } = io.load<{ weight: nn.Parameter; grad: Tensor }>(path);
      expect(weight).toBeInstanceOf(nn.Parameter);
      weight.sum().add(grad.sum()).backward();
      expect(weight.grad?.eq(1).all().item()).toBe(true);
      expect(grad.grad?.shape).toEqual([2]);
    }));

  it('keys do not reach the prototype of an object', () => {
    const loaded = tidy(() => io.load<object>(path));
    expect(Object.getPrototypeOf(loaded)).toBe(Object.prototype);
    expect(Object.hasOwn(loaded, '__proto__')).toBe(true);
    tidy(() => loaded);
    for (const [, tensor] of leaves(loaded)) (tensor as Partial<Tensor> | null)?.dispose?.();
  });

  it('a model and its optimiser go on as in Python', async () => {
    const steps = `
for step in range(5):
  optimizer.zero_grad()
  loss = (model(x) - y).square().mean()
  loss.backward()
  optimizer.step()`;
    const { result } = await oracle.evaluate(
      `torch.manual_seed(seed)
model, x, y = nn.Linear(3, 2), torch.randn(8, 3), torch.randn(8, 2)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.1, amsgrad=True)
${steps}
torch.save([model.state_dict(), optimizer.state_dict(), x, y], path)
${steps}
result = loss.item()`,
      { path, seed: oracle.seed },
    );
    const model = new nn.Linear(3, 2);
    const optimizer = new optim.AdamW(model.parameters(), { lr: 0.1, amsgrad: true });
    tidy(() => {
      const [weights, state, x, y] =
        io.load<[Record<string, Tensor>, optim.OptimizerStateDict, Tensor, Tensor]>(path);
      model.loadStateDict(weights);
      optimizer.loadStateDict(state);
      let last = Number.NaN;
      for (let step = 0; step < 5; step++) {
        optimizer.zeroGrad();
        const loss = model.call(x).sub(y).square().mean();
        loss.backward();
        optimizer.step();
        last = loss.item() as number;
      }
      expect(last).toBeCloseTo(result as number, 5);
    });
    optimizer.dispose();
    model.dispose();
  });

  it.each([
    [
      'a class',
      'class Odd: pass\nimport __main__; __main__.Odd = Odd; Odd.__module__ = "__main__"',
      'Odd()',
      '__main__.Odd',
    ],
    ['a module', '', 'nn.Linear(2, 2)', 'torch.nn.modules.linear.Linear'],
    [
      'a call',
      'import os\nclass Call:\n  def __reduce__(self): return (os.mkdir, (marker,))',
      'Call()',
      'posix.mkdir',
    ],
    [
      'getattr',
      'class Get:\n  def __reduce__(self): return (getattr, (1, "real"))',
      'Get()',
      'builtins.getattr',
    ],
  ])('refuses %s, and nothing happens', async (_, define, value, name) => {
    const marker = join(folder, 'made');
    for (const zip of [true, false]) {
      await oracle.evaluate(
        `${define}
torch.save({'first': torch.ones(3), 'odd': ${value}}, path, _use_new_zipfile_serialization=zip)
result = 0`,
        { path, marker, zip },
      );
      const before = memory.liveTensors();
      expect(() => io.load(path)).toThrow(io.UnsafeGlobalError);
      expect(() => io.load(path)).toThrow(`${path}: the file asks for '${name}'`);
      expect(memory.liveTensors()).toBe(before);
      expect(() => readFileSync(marker)).toThrow();
    }
  });

  it.each([
    ['a sparse tensor', 'torch.eye(3).to_sparse()'],
    ['a quantized tensor', 'torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)'],
    ['a tensor without data', 'torch.empty(2, device="meta")'],
  ])('says that it cannot load %s', async (name, value) => {
    await oracle.evaluate(`torch.save([${value}], path)\nresult = 0`, { path });
    expect(() => io.load(path)).toThrow(io.FileFormatError);
    expect(() => io.load(path)).toThrow(name);
  });

  it('says what a TorchScript archive and a tar file are', async () => {
    await oracle.evaluate('torch.jit.save(torch.jit.script(nn.Linear(2, 2)), path)\nresult = 0', {
      path,
    });
    expect(() => io.load(path)).toThrow('torch.jit.load');
    const tar = Buffer.alloc(1024);
    tar.write('ustar', 257);
    expect(() => io.load(tar)).toThrow('tar archive');
  });

  it('a file of the other byte order is turned around', async () => {
    await oracle.evaluate(
      `import zipfile
a = {'f': torch.randn(3), 'h': torch.randn(2).half(), 'l': torch.arange(3), 'c': torch.randn(2, dtype=torch.complex64)}
torch.save(a, path)
with zipfile.ZipFile(path) as z: files = {n: z.read(n) for n in z.namelist()}
import numpy
for i, (value, swapped) in enumerate(zip(a.values(), ['>f4', '>f2', '>i8', '>c8'])):
  name = next(n for n in files if n.endswith(f'/data/{i}'))
  files[name] = value.numpy().astype(swapped).tobytes()
files = {n: b'big' if n.endswith('byteorder') else f for n, f in files.items()}
with zipfile.ZipFile(path, 'w', compression=zipfile.ZIP_DEFLATED) as z:
  for n, f in files.items(): z.writestr(n, f)
torch.save(a, other)
result = 0`,
      { path, other: `${path}.own` },
    );
    await oracle.compare(
      () => Object.values(io.load<Record<string, Tensor>>(path)),
      'list(torch.load(other).values())',
      { other: `${path}.own` },
    );
  });

  it("reads NumPy's numbers and arrays", async () => {
    await oracle.evaluate(
      `import numpy as np
torch.save([np.float64(1.5), np.float32(2.5), np.int64(-3), np.bool_(True), np.arange(6.).reshape(2, 3),
  np.asfortranarray(np.ones((2, 3), '>i4'))], path)
result = 0`,
      { path },
    );
    await oracle.compare(
      () => io.load(path),
      `[1.5, 2.5, -3, True, torch.arange(6., dtype=torch.float64).reshape(2, 3),
  torch.ones(2, 3, dtype=torch.int32)]`,
      {},
    );
  });

  it('every damaged file is an error and leaves nothing behind', async () => {
    for (const zip of [true, false]) {
      await oracle.evaluate(
        `torch.save({'a': torch.randn(40), 'b': [torch.ones(3, 3), 1, 'text']}, path,
  _use_new_zipfile_serialization=zip)
result = 0`,
        { path, zip },
      );
      const whole = readFileSync(path);
      const before = memory.liveTensors();
      for (let length = 0; length < whole.length; length += 7) {
        expect(() => io.load(whole.subarray(0, length)), `cut at ${length}`).toThrow(
          io.FileFormatError,
        );
      }
      for (let at = 0; at < whole.length; at += 3) {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
        try {
          tidy(() => void io.load(damaged));
        } catch (error) {
          expect(error, `byte ${at}`).toBeInstanceOf(io.FileFormatError);
        }
      }
      expect(memory.liveTensors()).toBe(before);
    }
  });

  it('refuses what is nested too deep', () => {
    // Magic number, version and an empty description of the machine, each a pickle.
    const head = Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de9032e80027d2e', 'hex');
    const nested = (depth: number) => `]${']'.repeat(depth)}${'a'.repeat(depth)}.`;
    const fileOf = (depth: number) => Buffer.concat([head, Buffer.from(`${nested(depth)}].`)]);
    expect(io.load(fileOf(2))).toEqual([[[]]]);
    expect(() => io.load(fileOf(600))).toThrow('nested deeper than 500');
    expect(() => io.load(fileOf(1e6))).toThrow('nested deeper than 500');
  });

  it('is the function of torch', () => {
    expect([torch.load, torch.save]).toEqual([io.load, io.save]);
  });

  it('refuses an unknown option, and names a missing file', () => {
    expect(() => io.load(path, { device: 'cpu' } as object)).toThrow("no option 'device'");
    expect(() => io.load(join(folder, 'none'))).toThrow('ENOENT');
    writeFileSync(path, '');
    expect(() => io.load(path)).toThrow(`${path}: `);
  });

  it('mapLocation sees where tensors were saved', async () => {
    await oracle.evaluate('torch.save([torch.ones(2)], path)\nresult = 0', { path });
    tidy(() => {
      const places: string[] = [];
      const mapLocation = (place: string) => {
        places.push(place);
        return 'meta' as const;
      };
      const [moved] = io.load<[Tensor]>(path, { mapLocation });
      expect([places, moved.device]).toEqual([['cpu'], 'meta']);
      expect(torch.isTensor(moved)).toBe(true);
    });
  });
});

describeWithData('the weights', (data) => {
  describeWithOracle('of the models', (oracle) => {
    for (const name of [
      'mobilenetV1X0.25_pretrain.tar',
      'resnet20-12fca82f.th',
      'resnet56-4bfd9763.th',
    ]) {
      it(name, () => compareFile(oracle, join(data, 'weights', 'original', name)));
    }

    for (const name of [
      'mobilenet_v1_0.75_224_imagenet',
      'mobilenet_v2_imagenet_dequantized',
      'squeezenet1_1_imagenet_notop',
    ]) {
      it(`${name}.safetensors`, () =>
        oracle.compare(
          ({ file }) => [...leaves(Object.entries(io.loadFile(file)).sort())],
          `${pythonLeaves}
from safetensors.torch import load_file
result = list(leaves(sorted(load_file(file).items())))`,
          { file: join(data, 'weights', `${name}.safetensors`) },
        ));
    }
  });
});
