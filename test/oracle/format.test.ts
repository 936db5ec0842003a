import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { inspect } from 'node:util';
import {
  formatTensor,
  getPrintOptions,
  setPrintOptions,
  type Tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { camelCase } from '@flambeau/native/schema';
import { afterEach, expect, it } from 'vitest';
import { describeWithOracle } from './oracle.js';
import { type RemoteTensor, toTensor } from './wire.js';

/** A tensor, options in Python's names, and what Python prints. */
interface Sample {
  readonly tensor: RemoteTensor;
  readonly options: Readonly<Record<string, number | boolean>>;
  readonly text: string;
}

describeWithOracle('text of tensors', (oracle) => {
  afterEach(() => setPrintOptions({ profile: 'default' }));

  it('equals Python on random tensors of every dtype', async () => {
    const inputs = { seed: oracle.seed, count: 30 };
    const samples = (await oracle.call('printing', 'samples', inputs)) as unknown as Sample[];
    expect(samples.length).toBeGreaterThan(500);
    for (const { tensor, options, text } of samples) {
      const ours = mapKeys(options, camelCase);
      const printed = tidy(() => formatTensor(toTensor(tensor), ours));
      const what = `${tensor.dtype} [${tensor.shape}] ${JSON.stringify(options)}`;
      expect(printed, `${what}, FLAMBEAU_SEED=${oracle.seed}`).toBe(text);
    }
  });

  /** Pairs of what makes a tensor here and in Python. */
  const cases: readonly (readonly [python: string, ours: () => Tensor])[] = [
    ['torch.ones(2, requires_grad=True)', () => torch.ones([2], { requiresGrad: true })],
    [
      'torch.ones(2, requires_grad=True) + torch.ones(2)',
      () => torch.ones([2], { requiresGrad: true }).add(torch.ones([2])),
    ],
    ...(['add', 'sub', 'mul', 'div', 'pow', 'fmod'] as const).map(
      (name): readonly [string, () => Tensor] => [
        `torch.ones(2, requires_grad=True).${name}(2)`,
        () => torch.ones([2], { requiresGrad: true })[name](2),
      ],
    ),
    [
      'torch.ones(2, requires_grad=True).clone().mul_(1.5)',
      () => torch.ones([2], { requiresGrad: true }).clone().mul_(1.5),
    ],
    [
      'torch.ones(2, 3, dtype=torch.float64, requires_grad=True).sum()',
      () => torch.ones([2, 3], { dtype: 'float64', requiresGrad: true }).sum(),
    ],
    [
      'torch.full((3, 40), 1234.5678, requires_grad=True).exp()',
      () => torch.full([3, 40], 1234.5678, { requiresGrad: true }).exp(),
    ],
    ['torch.empty(2, 3, device="meta")', () => torch.empty([2, 3], { device: 'meta' })],
    [
      'torch.empty(4, dtype=torch.int64, device="meta")',
      () => torch.empty([4], { dtype: 'int64', device: 'meta' }),
    ],
    ['torch.eye(3).to_sparse()', () => torch.eye(3).toSparse()],
    ['torch.zeros(3, 2).to_sparse()', () => torch.zeros([3, 2]).toSparse()],
    ['torch.eye(4).to(torch.int32).to_sparse()', () => torch.eye(4).to('int32').toSparse()],
    [
      'torch.ones(2, 2, 2, requires_grad=True).to_sparse(1)',
      () => torch.ones([2, 2, 2], { requiresGrad: true }).toSparse(1),
    ],
    [
      'torch.sparse_coo_tensor(torch.zeros(1, 2).long(), torch.ones(2), (3,))',
      () => torch.sparseCooTensor(torch.zeros([1, 2]).long(), torch.ones([2]), [3]),
    ],
    ['torch.eye(3).to_sparse_csr()', () => torch.eye(3).toSparseCsr()],
    ['torch.eye(3).double().to_sparse_csc()', () => torch.eye(3).double().toSparseCsc()],
    ['torch.eye(4).to_sparse_bsr((2, 2))', () => torch.eye(4).toSparseBsr([2, 2])],
    ['torch.eye(4).to_sparse_bsc((2, 2))', () => torch.eye(4).toSparseBsc([2, 2])],
    ['torch.ones(2, 2).to_mkldnn()', () => torch.ones([2, 2]).toMkldnn()],
    [
      'torch.quantize_per_tensor(torch.arange(4.0), 0.1, 10, torch.quint8)',
      () => torch.quantizePerTensor(torch.arange(4).float(), 0.1, 10, 'quint8'),
    ],
    [
      'torch.quantize_per_channel(torch.ones(2, 2), torch.tensor([0.1, 1e-5]), torch.zeros(2).long(), 0, torch.qint8)',
      () =>
        torch.quantizePerChannel(
          torch.ones([2, 2]),
          torch.tensor([0.1, 1e-5]),
          torch.zeros([2]).long(),
          0,
          'qint8',
        ),
    ],
    [
      'torch.complex(torch.ones(2), -torch.ones(2)).conj()',
      () => torch.complex(torch.ones([2]), torch.ones([2]).neg()).conj(),
    ],
    [
      'torch.complex(torch.ones(2), torch.ones(2)).conj().imag',
      () => torch.complex(torch.ones([2]), torch.ones([2])).conj().imag,
    ],
    ['torch.arange(2000.).reshape(2, -1).t()', () => torch.arange(2000).float().reshape(2, -1).t()],
  ];

  it.each(cases)('equals Python for %s', async (python, ours) => {
    await oracle.compare(() => formatTensor(ours()), `repr(${python})`, {});
  });

  it('follows the default dtype', async () => {
    const python = [
      'torch.set_default_dtype(torch.float64)',
      'xs = [torch.ones(2), torch.ones(2).float(), torch.ones(2) * 1j, torch.empty(0).float()]',
      'result = [repr(x) for x in xs]',
      'torch.set_default_dtype(torch.float32)',
    ];
    const ours = () => {
      torch.setDefaultDtype('float64');
      const ones = torch.ones([2]);
      const tensors = [ones, ones.float(), ones.mul({ re: 0, im: 1 }), torch.empty([0]).float()];
      const texts = tensors.map((tensor) => formatTensor(tensor));
      torch.setDefaultDtype('float32');
      return texts;
    };
    await oracle.compare(ours, python.join('\n'), {});
  });

  it('follows setPrintOptions, and a profile', async () => {
    const python = (options: string) =>
      `torch.set_printoptions(${options})\nresult = repr(x)\ntorch.set_printoptions(profile='default')`;
    const x = torch.randn([30, 50]);
    const compare = (options: Parameters<typeof setPrintOptions>[0], theirs: string) =>
      oracle.compare(
        (inputs) => {
          setPrintOptions(options);
          return `${inputs.x}`;
        },
        python(theirs),
        { x },
      );
    await compare({ precision: 2, edgeitems: 5 }, 'precision=2, edgeitems=5');
    setPrintOptions({ profile: 'default' });
    await compare({ profile: 'short' }, "profile='short'");
    await compare({ profile: 'full', linewidth: 120 }, "profile='full', linewidth=120");
    x.dispose();
  });

  it('forgets sciMode when it is not given again, as in Python', () => {
    setPrintOptions({ sciMode: true });
    setPrintOptions({ precision: 3 });
    expect(getPrintOptions()).toMatchObject({ sciMode: null, precision: 3 });
  });

  it('refuses options that mean nothing', () => {
    expect(() => setPrintOptions({ precision: -1 })).toThrow(RangeError);
    expect(() => setPrintOptions({ profile: 'long' as 'full' })).toThrow(/default, short, full/);
  });

  it('is what inspect and console.log show', () => {
    tidy(() => {
      const tensor = torch.randn([2, 3]);
      expect(inspect(tensor)).toBe(formatTensor(tensor));
      const sink = new PassThrough();
      new Console(sink).log(tensor);
      expect(String(sink.read())).toBe(`${formatTensor(tensor)}\n`);
    });
  });
});

function mapKeys<T>(record: Readonly<Record<string, T>>, map: (key: string) => string) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [map(key), value]));
}
