import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DType, io, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

const folder = mkdtempSync(join(tmpdir(), 'numpy-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'a.npy');
const archive = join(folder, 'a.npz');

const dtypes: readonly DType[] = [
  ...(['bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const),
  ...(['float16', 'float32', 'float64', 'complex64', 'complex128'] as const),
];

/** Python: a random array for every dtype of NumPy that PyTorch has. */
const arrays = `
import numpy as np
generator = np.random.default_rng(seed)
def array(code, shape=(3, 4)):
  return (generator.standard_normal(shape) * 100).astype(code, order=order)
codes = ['?', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8', 'c8', 'c16']
with np.errstate(all='ignore'):
  import warnings; warnings.simplefilter('ignore')
  everything = [array(mark + code if code[-1] not in '?1' else code) for code in codes]
  everything += [array('f4', shape) for shape in [(), (1,), (0, 3), (2, 3, 4, 5)]]
native = [torch.from_numpy(np.array(a.astype(a.dtype.newbyteorder('=')))) for a in everything]
`;

describeWithOracle('NumPy files', (oracle) => {
  for (const order of ['C', 'F']) {
    for (const mark of ['<', '>']) {
      it(`reads order ${order}, byte order ${mark}`, async () => {
        const { result } = await oracle.evaluate(
          `${arrays}
for i, a in enumerate(everything): np.save(f'{folder}/{i}.npy', a)
np.savez(archive, **{f'n{i}': a for i, a in enumerate(everything)})
np.savez_compressed(packed, *everything)
result = [0] * len(everything)`,
          { seed: oracle.seed, order, mark, folder, archive, packed: `${folder}/packed.npz` },
        );
        const count = (result as unknown[]).length;
        const described = (tensors: Tensor[]) =>
          tensors.map((t) => [t, t.numel() > 0 ? t.stride() : []]);
        await oracle.compare(
          () => [
            described(
              Array.from({ length: count }, (_, i) => io.loadNpy(join(folder, `${i}.npy`))),
            ),
            described(Object.values(io.loadNpz(archive))),
            described(Object.values(io.loadNpz(join(folder, 'packed.npz')))),
          ],
          `${arrays}
result = [[[t, list(t.stride()) if t.numel() else []] for t in native]] * 3`,
          { seed: oracle.seed, order, mark },
        );
      });
    }
  }

  for (const version of [1, 2, 3]) {
    it(`reads version ${version}`, async () => {
      await oracle.evaluate(
        `import numpy as np
with open(path, 'wb') as f: np.lib.format.write_array(f, np.arange(6).reshape(2, 3), (version, 0))
result = 0`,
        { path, version },
      );
      await oracle.compare(() => io.loadNpy(path), 'torch.arange(6).reshape(2, 3)', {});
    });
  }

  it('NumPy reads what is written here', async () => {
    const tensors = tidy(() => [
      ...dtypes.map((dtype) => torch.randint(0, 100, [3, 4]).to(dtype)),
      tensor(2.5),
      torch.empty([0, 2]),
      torch.randn([2, 3, 4]).permute([2, 1, 0]),
      torch.randn([4, 6]).narrow(1, 1, 3),
    ]);
    tidy(() => {
      for (const [i, x] of tensors.entries()) io.saveNpy(x, join(folder, `own${i}.npy`));
      const named = Object.fromEntries(tensors.map((x, i) => [`n${i}`, x]));
      io.saveNpz(named, archive);
      io.saveNpz(named, join(folder, 'packed.npz'), { compressed: true });
    });
    await oracle.compare(
      ({ tensors }) => [tensors, tensors, tensors],
      `import numpy as np
result = [
  [torch.from_numpy(np.array(np.load(f'{folder}/own{i}.npy'))) for i in range(len(tensors))],
  [torch.from_numpy(np.array(a)) for a in np.load(archive).values()],
  [torch.from_numpy(np.array(a)) for a in np.load(f'{folder}/packed.npz').values()]]`,
      { tensors, folder, archive },
    );
    const { result } = await oracle.evaluate(
      `import numpy as np
result = [np.load(f'{folder}/own{i}.npy').flags.f_contiguous for i in (0, len(tensors) - 2)]`,
      { tensors, folder },
    );
    expect(result).toEqual([false, true]);
    for (const x of tensors) x.dispose();
  });

  it.each([
    ['objects', 'np.array([{}, None], dtype=object)', 'Python objects, which are never loaded'],
    ['texts', "np.array(['a', 'bc'])", "texts: its dtype is '<U2'"],
    ['bytes', "np.array([b'a'])", 'has bytes'],
    ['dates', "np.array(['2020-01-01'], dtype='datetime64[D]')", 'has dates'],
    ['records', "np.zeros(2, dtype=[('a', 'f4')])", 'has records'],
    ['long doubles', 'np.zeros(2, dtype=np.longdouble)', 'that no tensor can hold'],
  ])('refuses %s', async (_, array, message) => {
    await oracle.evaluate(
      `import numpy as np
np.save(path, ${array}, allow_pickle=True)
np.savez(archive, good=np.ones(2), odd=${array})
result = 0`,
      { path, archive },
    );
    expect(() => io.loadNpy(path)).toThrow(io.FileFormatError);
    expect(() => io.loadNpy(path)).toThrow(message);
    expect(() => io.loadNpz(archive)).toThrow(message);
  });
});

describe('NumPy files', () => {
  expectNoLeaks();

  it('damaged ones are errors', () =>
    tidy(() => {
      const x = torch.randn([4]);
      io.saveNpy(x, path);
      const whole = readFileSync(path);
      for (let length = 0; length < whole.length; length++) {
        expect(() => io.loadNpy(whole.subarray(0, length)), `${length}`).toThrow(
          io.FileFormatError,
        );
      }
      writeFileSync(path, 'something else');
      expect(() => io.loadNpy(path)).toThrow(`${path}: the array does not begin with`);
      for (const compressed of [false, true]) {
        io.saveNpz({ x }, archive, { compressed });
        const damaged = readFileSync(archive);
        const at = damaged.length - 200;
        damaged[at] = (damaged[at] as number) ^ 0xff;
        expect(() => io.loadNpz(damaged)).toThrow(io.FileFormatError);
      }
    }));

  it('refuses what NumPy cannot hold', () =>
    tidy(() => {
      expect(() => io.saveNpy(torch.ones([2]).to('bfloat16'), path)).toThrow(
        'NumPy has no bfloat16',
      );
      expect(() => io.saveNpy(torch.eye(2).toSparse(), path)).toThrow('must be dense');
      expect(() => io.saveNpz({ a: 1 as never }, archive)).toThrow('a Tensor, got number');
      expect(() => io.saveNpz({}, archive, { compress: true } as object)).toThrow('no option');
      io.saveNpz({}, archive);
      expect(io.loadNpz(archive)).toEqual({});
    }));
});
