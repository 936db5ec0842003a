import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Generator, initialSeed, manualSeed, type Tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

describeWithOracle('the same seed gives the numbers of Python', (oracle) => {
  const draws: readonly (readonly [string, () => Tensor])[] = [
    ['torch.rand(20)', () => torch.rand(20)],
    ['torch.randn(20)', () => torch.randn(20)],
    ['torch.randn(3)', () => torch.randn(3)],
    ['torch.randn(5, dtype=torch.float64)', () => torch.randn(5, { dtype: 'float64' })],
    ['torch.randint(-5, 100, (30,))', () => torch.randint(-5, 100, [30])],
    ['torch.randperm(50)', () => torch.randperm(50)],
    ['torch.bernoulli(torch.full((30,), .3))', () => torch.bernoulli(torch.full([30], 0.3))],
    ['torch.empty(9).exponential_()', () => torch.empty(9).exponential_()],
    ['torch.empty(9).uniform_(-1, 2)', () => torch.empty(9).uniform_(-1, 2)],
    [
      'torch.multinomial(torch.arange(1., 9.), 4)',
      () => torch.multinomial(torch.arange(1, 9).float(), 4),
    ],
    [
      'torch.nn.functional.dropout(torch.ones(30), .4)',
      () => torch.dropout(torch.ones(30), 0.4, true),
    ],
  ];

  it.each(draws)('%s', (python, draw) => {
    const seed = Math.floor(Math.random() * 2 ** 48);
    return oracle.compare(
      () => {
        manualSeed(seed);
        return draw();
      },
      `torch.manual_seed(seed)\nresult = ${python}`,
      { seed },
    );
  });
});

describe('generators', () => {
  it('have their own state', () =>
    tidy(() => {
      const a = new Generator().manualSeed(5);
      const first = torch.rand([4], { generator: a });
      torch.rand(3);
      const b = new Generator().manualSeed(5n);
      expect(torch.rand([4], { generator: b }).equal(first)).toBe(true);
      expect([a.initialSeed(), a.device]).toEqual([5n, 'cpu']);
    }));

  it('go back to a state', () =>
    tidy(() => {
      const generator = new Generator().manualSeed(1);
      const state = generator.getState();
      const first = torch.randn([8], { generator });
      const second = torch.randn([8], { generator });
      expect(first.equal(second)).toBe(false);
      generator.setState(state);
      expect(torch.randn([8], { generator }).equal(first)).toBe(true);
    }));
});

describe('the default generator', () => {
  it('takes seeds up to 64 bits, negative ones too', () => {
    manualSeed(2n ** 64n - 1n);
    expect(initialSeed()).toBe(2n ** 64n - 1n);
    manualSeed(-1);
    expect(initialSeed()).toBe(2n ** 64n - 1n);
    expect(() => manualSeed(2n ** 64n)).toThrow(RangeError);
    expect(() => manualSeed(1.5)).toThrow(RangeError);
  });

  it('is put back after forkRng(), and by setRngState()', () =>
    tidy(() => {
      manualSeed(3);
      const state = torch.getRngState();
      const expected = torch.rand(3);
      torch.setRngState(state);
      torch.forkRng(() => torch.rand(10));
      expect(torch.rand(3).equal(expected)).toBe(true);
    }));
});

const drawInThread = `
  import { parentPort } from 'node:worker_threads';
  import { initialSeed, manualSeed, tidy, torch, useThreadGenerator } from '@flambeau/core';
  useThreadGenerator();
  const draw = ${draw};
  parentPort.postMessage([draw(tidy, manualSeed, torch), initialSeed()]);
`;

/** What operators of all kinds draw from a seed, as text. Also runs in a thread. */
function draw(inScope: typeof tidy, seed: typeof manualSeed, t: typeof torch): string {
  return inScope(() => {
    seed(77);
    const drawn = [
      t.rand(3),
      t.randn(3),
      t.randint(0, 100, [3]),
      t.randperm(9),
      t.bernoulli(t.full([9], 0.4)),
      t.multinomial(t.ones(9), 3),
      t.dropout(t.ones(9), 0.5, true),
      t.empty(3).exponential_(),
      t.randLike(t.ones(2)),
    ];
    return drawn.map(String).join();
  });
}

describe('a thread with a generator of its own', () => {
  it('draws the numbers of its seed, and leaves other threads alone', async () => {
    const expected = draw(tidy, manualSeed, torch);
    manualSeed(5);
    const next = tidy(() => torch.rand(4).toArray());
    manualSeed(5);
    const worker = new Worker(drawInThread, { eval: true, execArgv: ['--input-type=module'] });
    const [drawn, seed] = (await once(worker, 'message'))[0] as [string, bigint];
    await worker.terminate();
    expect([drawn, seed]).toEqual([expected, 77n]);
    expect(tidy(() => torch.rand(4).toArray())).toEqual(next);
    expect(initialSeed()).toBe(5n);
  });
});
