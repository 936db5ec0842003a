import { nn, tidy, torch } from '@flambeau/core';
import { expect, it, vi } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const F = nn.functional;
const kinds = {
  Dropout: [[8, 9]],
  Dropout1d: [
    [6, 5],
    [3, 6, 5],
  ],
  Dropout2d: [[3, 6, 4, 2]],
  Dropout3d: [
    [6, 3, 4, 2],
    [2, 6, 3, 4, 2],
  ],
  AlphaDropout: [[8, 9]],
  FeatureAlphaDropout: [
    [4, 6],
    [3, 6, 4, 2],
  ],
} as const;
const names = Object.keys(kinds) as (keyof typeof kinds)[];
const cases = names.flatMap((name) =>
  [0, 0.3, 1].flatMap((p) => kinds[name].map((shape) => ({ name, p, shape }))),
);

describeWithOracle('dropouts', (oracle) => {
  it.each(cases)('$name of $p draws as Python does, shape $shape', ({ name, p, shape }) =>
    oracle.compare(
      ({ x }) => {
        const layer = new nn[name](p);
        return [layer.call(x), layer.call(x), layer.eval().call(x), layer.toString()];
      },
      `m = nn.${name}(float(p))\nresult = [m(x), m(x), m.eval()(x), repr(m)]`,
      { x: torch.randn(shape), p },
      { gradients: true },
    ),
  );

  it.each(cases)('$name of $p in place, shape $shape', ({ name, p, shape }) =>
    oracle.compare(
      ({ x }) => {
        const layer = new nn[name](p, { inplace: true });
        const copy = x.mul(1);
        const y = layer.call(copy);
        expect(y).toBe(copy);
        return [y, layer.toString()];
      },
      `m = nn.${name}(float(p), inplace=True)\nresult = [m(x * 1), repr(m)]`,
      { x: torch.randn(shape), p },
      { gradients: true },
    ),
  );

  it('functionals have the defaults of PyTorch', () =>
    oracle.compare(
      ({ x, signal }) => [
        F.dropout(x),
        F.dropout1d(signal),
        F.dropout2d(x),
        F.dropout3d(x),
        F.alphaDropout(x),
        F.featureAlphaDropout(x),
        F.alphaDropout(x, 0.2, { training: true }),
        F.featureAlphaDropout(x, 0.2, { training: true }),
        F.dropout2d(x, 0.4, { training: false }),
      ],
      `[F.dropout(x), F.dropout1d(signal), F.dropout2d(x), F.dropout3d(x), F.alpha_dropout(x), F.feature_alpha_dropout(x),
F.alpha_dropout(x, 0.2, training=True), F.feature_alpha_dropout(x, 0.2, training=True), F.dropout2d(x, 0.4, training=False)]`,
      { x: torch.randn([3, 6, 4, 2]), signal: torch.randn([6, 5]) },
      { gradients: true },
    ));

  it('Dropout2d takes three dimensions as a batch of signals, with a warning', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    return oracle
      .compare(
        ({ x }) => {
          const y = new nn.Dropout2d().call(x);
          expect(warn).toHaveBeenCalledWith(expect.stringContaining('use dropout1d'));
          return y;
        },
        'nn.Dropout2d()(x)',
        { x: torch.randn([3, 6, 4]) },
        { gradients: true },
      )
      .finally(() => warn.mockRestore());
  });

  it('refuses what does not fit', () =>
    tidy(() => {
      const x = torch.ones([4]);
      for (const name of names) {
        expect(() => new nn[name](1.5)).toThrow(
          `${name}: the probability must be between 0 and 1, got 1.5`,
        );
        expect(() => new nn[name]().call([1] as never)).toThrow('input must be a Tensor');
      }
      expect(() => F.dropout1d(x)).toThrow('dropout1d: the input must have 2 or 3 dimensions');
      expect(() => F.dropout2d(x)).toThrow('3 or 4 dimensions, got shape [4]');
      expect(() => F.dropout3d(x)).toThrow('4 or 5 dimensions, got shape [4]');
      expect(() => F.alphaDropout(x, -1)).toThrow('alphaDropout: the probability');
    }));
});
