import { Generator, manualSeed, nn, type Tensor, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from './oracle.js';

/** Draws that give the same numbers as Python after the same seed; long ones use SIMD code. */
const draws: readonly (readonly [python: string, ours: () => unknown])[] = [
  ['torch.rand(5)', () => torch.rand(5)],
  ['torch.rand(3, 1000)', () => torch.rand(3, 1000)],
  ['torch.rand(7, dtype=torch.float64)', () => torch.rand([7], { dtype: 'float64' })],
  ['torch.rand(40, dtype=torch.float16)', () => torch.rand([40], { dtype: 'float16' })],
  ['torch.rand(40, dtype=torch.bfloat16)', () => torch.rand([40], { dtype: 'bfloat16' })],
  ['torch.rand(9, dtype=torch.complex64)', () => torch.rand([9], { dtype: 'complex64' })],
  ['torch.randn(5)', () => torch.randn(5)],
  ['torch.randn(15)', () => torch.randn(15)],
  ['torch.randn(16)', () => torch.randn(16)],
  ['torch.randn(1001)', () => torch.randn(1001)],
  ['torch.randn(33, dtype=torch.float64)', () => torch.randn([33], { dtype: 'float64' })],
  ['torch.randn(33, dtype=torch.complex128)', () => torch.randn([33], { dtype: 'complex128' })],
  ['torch.randint(10, (50,))', () => torch.randint(10, [50])],
  ['torch.randint(-5, 2**40, (50,))', () => torch.randint(-5, 2 ** 40, [50])],
  [
    'torch.randint(0, 255, (9,), dtype=torch.uint8)',
    () => torch.randint(0, 255, [9], { dtype: 'uint8' }),
  ],
  ['torch.randperm(100)', () => torch.randperm(100)],
  ['torch.randperm(30, dtype=torch.int32)', () => torch.randperm(30, { dtype: 'int32' })],
  ['torch.rand_like(torch.zeros(3, 4))', () => torch.randLike(torch.zeros(3, 4))],
  ['torch.randn_like(torch.zeros(3, 4))', () => torch.randnLike(torch.zeros(3, 4))],
  ['torch.randint_like(torch.zeros(3, 4), 9)', () => torch.randintLike(torch.zeros(3, 4), 9)],
  ['torch.zeros(40).normal_(2, 3)', () => torch.zeros(40).normal_(2, 3)],
  ['torch.zeros(40).uniform_(-1, 1)', () => torch.zeros(40).uniform_(-1, 1)],
  ['torch.zeros(40).exponential_(2)', () => torch.zeros(40).exponential_(2)],
  ['torch.zeros(40).geometric_(0.3)', () => torch.zeros(40).geometric_(0.3)],
  ['torch.zeros(40).cauchy_(1, 2)', () => torch.zeros(40).cauchy_(1, 2)],
  ['torch.zeros(40).log_normal_(0.5, 1.5)', () => torch.zeros(40).logNormal_(0.5, 1.5)],
  ['torch.zeros(40).bernoulli_(0.4)', () => torch.zeros(40).bernoulli_(0.4)],
  ['torch.zeros(40).random_(3, 90)', () => torch.zeros(40).random_(3, 90)],
  ['torch.zeros(40, dtype=torch.int64).random_()', () => torch.zeros(40).long().random_()],
  ['torch.bernoulli(torch.full((50,), 0.3))', () => torch.bernoulli(torch.full([50], 0.3))],
  [
    'torch.normal(torch.arange(20.), torch.arange(1., 21.))',
    () => torch.normal(torch.arange(20).float(), torch.arange(1, 21).float()),
  ],
  ['torch.poisson(torch.arange(1., 30.))', () => torch.poisson(torch.arange(1, 30).float())],
  [
    'torch.binomial(torch.full((20,), 12.), torch.full((20,), 0.4))',
    () => torch.binomial(torch.full([20], 12).float(), torch.full([20], 0.4)),
  ],
  [
    'torch.multinomial(torch.arange(1., 12.), 8)',
    () => torch.multinomial(torch.arange(1, 12).float(), 8),
  ],
  [
    'torch.multinomial(torch.ones(3, 5), 20, replacement=True)',
    () => torch.multinomial(torch.ones(3, 5), 20, { replacement: true }),
  ],
  ['F.dropout(torch.ones(200), 0.3)', () => nn.functional.dropout(torch.ones(200), 0.3)],
  [
    'torch.alpha_dropout(torch.ones(50), 0.5, True)',
    () => torch.alphaDropout(torch.ones(50), 0.5, true),
  ],
  [
    'F.rrelu(-torch.ones(50), training=True)',
    () => torch.rrelu(torch.ones(50).neg(), { training: true }),
  ],
  [
    '[torch.rand(3), torch.randn(17), torch.randperm(5), torch.randn(2)]',
    () => [torch.rand(3), torch.randn(17), torch.randperm(5), torch.randn(2)],
  ],
];

describeWithOracle('random numbers', (oracle) => {
  it.each(draws)('equal Python in %s', (python, ours) =>
    oracle.compare(ours, python, {}, { absolute: 0, relative: 0 }),
  );

  /** Seeds by the way that libtorch takes them: whole, negative, and beyond 2^53. */
  const seeds = [0, 1, -1, 2 ** 53 - 1, 2n ** 63n, 2n ** 64n - 1n];

  it.each(seeds)('equal Python after the seed %s', async (seed) => {
    const ours = () => {
      manualSeed(seed);
      return [torch.rand(4), torch.randn(20)];
    };
    const python = `torch.manual_seed(${seed})\nresult = [torch.rand(4), torch.randn(20)]`;
    await oracle.compare(ours, python, {}, { absolute: 0, relative: 0 });
  });

  it('come from a generator of their own as in Python', async () => {
    const ours = () => {
      const generator = new Generator().manualSeed(oracle.seed + 1);
      const first = torch.randn([5], { generator });
      const state = generator.getState();
      const second = torch.zeros(5).uniform_(0, 1, { generator });
      const again = torch.zeros(5).uniform_(0, 1, { generator: generator.setState(state) });
      return [first, state, second, again, torch.rand(3)];
    };
    const python = [
      `generator = torch.Generator().manual_seed(${oracle.seed + 1})`,
      'first = torch.randn(5, generator=generator)',
      'state = generator.get_state()',
      'second = torch.zeros(5).uniform_(0, 1, generator=generator)',
      'result = [first, state, second, second, torch.rand(3)]',
    ];
    await oracle.compare(ours, python.join('\n'), {}, { absolute: 0, relative: 0 });
  });

  it('go on where a state of Python left off', async () => {
    const python = 'torch.rand(7)\nstate = torch.get_rng_state()\nresult = [state, torch.randn(9)]';
    const ours = () => {
      torch.rand(7).dispose();
      const state = torch.getRngState();
      const drawn = torch.randn(9);
      torch.setRngState(state);
      expect(torch.randn(9).equal(drawn) as boolean).toBe(true);
      return [state, drawn];
    };
    await oracle.compare(ours as () => Tensor[], python, {}, { absolute: 0, relative: 0 });
  });
});
