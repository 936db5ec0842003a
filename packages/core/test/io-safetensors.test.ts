import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DType, io, memory, nn, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const dtypes: readonly DType[] = [
  'bool',
  'uint8',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint16',
  'uint32',
  'uint64',
  'float16',
  'bfloat16',
  'float32',
  'float64',
  'complex64',
  'float8_e4m3fn',
  'float8_e5m2',
];

/** One tensor of every dtype, an empty one, a scalar and a transposed view. */
function everyKind(): Record<string, Tensor> {
  const values = torch.randint(0, 100, [2, 3]);
  return {
    ...Object.fromEntries(dtypes.map((dtype) => [`of ${dtype}`, values.to(dtype)])),
    empty: torch.empty([2, 0]),
    scalar: tensor(0.1),
    'view.ü': torch.randn([3, 4]).t(),
  };
}

/** The bytes, which can be compared for every dtype. */
const bits = (x: Tensor) => x.flatten().contiguous().view('uint8');

describeWithOracle('safetensors', (oracle) => {
  const path = join(folder, 'exchange.safetensors');

  it('Python reads what is written here', async () => {
    const tensors = tidy(everyKind);
    io.saveFile(tensors, path, { format: 'pt', note: 'ä' });
    await oracle.compare(
      ({ wanted }) => [Object.keys(tensors).sort(), wanted, 'ä'],
      `from safetensors import safe_open
from safetensors.torch import load_file
read = load_file(path)
with safe_open(path, 'pt') as f: note = f.metadata()['note']
result = [sorted(read), [read[n] for n in names], note]`,
      { path, names: Object.keys(tensors), wanted: Object.values(tensors) },
    );
    for (const held of Object.values(tensors)) held.dispose();
  });

  it('reads what Python has written', async () => {
    const { result } = await oracle.evaluate(
      `from safetensors.torch import save_file
tensors = {str(d): (torch.randn(3, 2) * 50).abs().to(d) for d in [torch.bool, torch.uint8, torch.int64,
  torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64, torch.float8_e5m2]}
tensors['scalar'] = torch.tensor(3)
tensors['empty'] = torch.zeros(0, 4)
save_file(tensors, path, {'format': 'pt'})
result = list(tensors)`,
      { path },
    );
    const read = tidy(() => io.loadFile(path));
    const names = result as string[];
    expect(Object.keys(read).sort()).toEqual([...names].sort());
    await oracle.compare(
      () => names.map((name) => read[name]),
      `from safetensors.torch import load_file
read = load_file(path)
result = [read[name] for name in names]`,
      { path, names },
    );
    for (const held of Object.values(read)) held.dispose();
  });

  it('the bytes are those that Python writes', async () => {
    const tensors = tidy(() => ({
      b: torch.randn([3]),
      a: torch.randn([2, 2]),
      n: tensor([1n, 2n]),
    }));
    const ours = io.safetensors.save(tensors);
    const { result } = await oracle.evaluate(
      `from safetensors.torch import save
result = list(save({'b': b, 'a': a, 'n': n}))`,
      tensors,
    );
    expect([...ours]).toEqual(result);
    for (const held of Object.values(tensors)) held.dispose();
  });

  it('a model goes to Python and back', async () => {
    const model = new nn.Sequential(
      new nn.Linear(3, 4),
      new nn.BatchNorm1d(4),
      new nn.Linear(4, 2),
    );
    tidy(() => io.saveFile(model.stateDict(), path));
    const { result } = await oracle.evaluate(
      `from safetensors.torch import load_file, save_file
m = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
m.load_state_dict(load_file(path))
m(torch.randn(5, 3))
save_file(m.state_dict(), path)
result = m.eval()(torch.ones(1, 3)).flatten().tolist()`,
      { path },
    );
    tidy(() => {
      model.loadStateDict(io.loadFile(path));
      const [row] = model
        .eval()
        .call(torch.ones([1, 3]))
        .toArray() as [number[]];
      for (const [i, value] of (result as number[]).entries()) expect(row[i]).toBeCloseTo(value, 5);
    });
    model.dispose();
  });
});

describe('safetensors files', () => {
  const before = memory.liveTensors();
  afterAll(() => {
    globalThis.gc?.();
    expect(memory.liveTensors()).toBe(before);
  });

  it('give back what was written', () =>
    tidy(() => {
      const path = join(folder, 'own.safetensors');
      const tensors = everyKind();
      io.saveFile(tensors, path, { a: 'b' });
      const loaded = io.loadFile(path);
      expect(Object.keys(loaded).sort()).toEqual(Object.keys(tensors).sort());
      for (const [name, wanted] of Object.entries(tensors)) {
        const got = loaded[name] as Tensor;
        expect([name, got.dtype, got.shape]).toEqual([name, wanted.dtype, wanted.shape]);
        expect(bits(got).equal(bits(wanted))).toBe(true);
      }
      const fromBytes = io.safetensors.load(io.safetensors.save(tensors));
      expect(Object.keys(fromBytes)).toEqual(Object.keys(loaded));
    }));

  it('are read in parts', () =>
    tidy(() => {
      const path = join(folder, 'parts.safetensors');
      io.saveFile({ a: tensor([1, 2]), b: tensor([3n]) }, path, { by: 'me' });
      using file = io.safeOpen(path);
      expect(file.keys().sort()).toEqual(['a', 'b']);
      expect(file.metadata).toEqual({ by: 'me' });
      expect(file.getTensor('b').toArray()).toEqual([3]);
      expect(() => file.getTensor('c')).toThrow("there is no tensor 'c'; there are b, a");
    }));

  it('do not share memory with the bytes they come from', () =>
    tidy(() => {
      const bytes = io.safetensors.save({ a: tensor([1, 2]) });
      const { a } = io.safetensors.load(bytes);
      bytes.fill(0);
      expect(a?.toArray()).toEqual([1, 2]);
    }));

  it('are replaced at once or not at all', () =>
    tidy(() => {
      const path = join(folder, 'kept.safetensors');
      io.saveFile({ a: tensor([1]) }, path);
      const before = readFileSync(path);
      const gone = tensor([1]);
      gone.dispose();
      const files = readdirSync(folder);
      expect(() => io.saveFile({ a: tensor([2]), gone }, path)).toThrow();
      expect(() => io.saveFile({ a: torch.ones([2]).to('complex128') }, path)).toThrow(
        "tensor 'a' is complex128, which safetensors cannot hold",
      );
      expect(() => io.saveFile({ a: 3 as never }, path)).toThrow(
        "'a' must be a Tensor, got number",
      );
      expect(() => io.saveFile({ a: torch.eye(2).toSparse() }, path)).toThrow('must be dense');
      expect(() => io.saveFile({ __metadata__: tensor([1]) }, path)).toThrow('cannot be named');
      expect(() => io.saveFile({}, path, { n: 1 as never })).toThrow(
        "metadata 'n' must be a string",
      );
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(readdirSync(folder)).toEqual(files);
    }));

  it('may hold nothing', () => {
    expect(io.safetensors.load(io.safetensors.save({}))).toEqual({});
  });
});

/** A file with this header and so many bytes of data. */
function fileOf(header: unknown, dataBytes: number, length?: bigint): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const first = Buffer.alloc(8);
  first.writeBigUInt64LE(length ?? BigInt(json.byteLength));
  return Buffer.concat([first, json, Buffer.alloc(dataBytes)]);
}

const f32 = (shape: unknown, begin: unknown, end: unknown) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('a damaged safetensors file', () => {
  it.each([
    ['too short for a length', Buffer.alloc(3), 'must start with 8 bytes of header length, got 3'],
    ['with a huge header', fileOf({}, 0, 2n ** 63n), 'may take 100000000 bytes at most'],
    ['cut in the header', fileOf({}, 0, 50n), 'the header takes 50 bytes, but only 2 follow'],
    ['not JSON', fileOf('{"a": ', 0), 'not valid JSON'],
    ['not UTF-8', Buffer.concat([fileOf('', 0, 2n), Buffer.from([0xff, 0xfe])]), 'not valid JSON'],
    ['a list', fileOf([], 0), 'must be a JSON object'],
    ['with an odd entry', fileOf({ a: 3 }, 0), "tensor 'a' must be described by an object"],
    [
      'with an unknown dtype',
      fileOf({ a: { ...f32([1], 0, 4), dtype: 'F31' } }, 4),
      'has the dtype "F31"; known are U64',
    ],
    [
      'with a negative size',
      fileOf({ a: f32([-1], 0, 4) }, 4),
      'a shape of whole numbers, got [-1]',
    ],
    [
      'with one offset',
      fileOf({ a: { ...f32([1], 0, 4), data_offsets: [0] } }, 4),
      'two data offsets',
    ],
    [
      'with a wrong length',
      fileOf({ a: f32([2], 0, 4) }, 4),
      'float32[2], which takes 8 bytes, but its offsets 0 to 4 span 4',
    ],
    [
      'with an overflowing shape',
      fileOf({ a: f32([2 ** 52, 2 ** 52], 0, 4) }, 4),
      'but its offsets 0 to 4 span 4',
    ],
    [
      'with overlapping tensors',
      fileOf({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12),
      "tensor 'b' overlaps the tensor before it: it begins at byte 4, expected 8",
    ],
    ['with a hole', fileOf({ a: f32([1], 4, 8) }, 8), "tensor 'a' leaves a hole before it"],
    [
      'cut in the data',
      fileOf({ a: f32([2], 0, 8) }, 5),
      'describes 8 bytes of data, but the file has 5',
    ],
    ['with bytes at the end', fileOf({ a: f32([1], 0, 4) }, 5), 'describes 4 bytes of data'],
    [
      'with metadata of numbers',
      fileOf({ __metadata__: { a: 1 } }, 0),
      "metadata 'a' must be a string",
    ],
    ['with metadata of another kind', fileOf({ __metadata__: 'x' }, 0), 'an object of strings'],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => io.safetensors.load(bytes)).toThrow(io.SafetensorsError);
    expect(() => io.safetensors.load(bytes)).toThrow(message);
    const path = join(folder, 'damaged.safetensors');
    writeFileSync(path, bytes);
    expect(() => io.loadFile(path)).toThrow(`${path}: `);
  });

  it('does not reach the prototype of the result', () =>
    tidy(() => {
      const json = `{"__proto__":${JSON.stringify(f32([1], 0, 4))}}`;
      const loaded = io.safetensors.load(fileOf(json, 4));
      expect(Object.keys(loaded)).toEqual(['__proto__']);
      expect(Object.getPrototypeOf(loaded)).toBe(Object.prototype);
    }));

  it('a missing file is an error of the file system', () => {
    expect(() => io.loadFile(join(folder, 'none'))).toThrow('ENOENT');
  });
});
