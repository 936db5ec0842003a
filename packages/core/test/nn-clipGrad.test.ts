import { nn, type Tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const { clipGradNorm_, clipGradValue_, getTotalNorm } = nn.utils;

describeWithOracle('clipping of gradients', (oracle) => {
  const inputs = () => ({
    a: torch.randn([3, 4]),
    b: torch.randn([5]),
    c: torch.randn([2], { dtype: 'float64' }),
  });

  /** Parameters with these gradients, and one without. */
  const withGrads = (...grads: Tensor[]): Tensor[] => {
    const parameters = grads.map((grad) => {
      const parameter = new nn.Parameter(torch.zerosLike(grad));
      parameter.grad = grad;
      return parameter;
    });
    return [...parameters, new nn.Parameter(torch.ones([2]))];
  };
  const gradsOf = (parameters: Tensor[]) => parameters.map(({ grad }) => grad);

  const python = `ps = [nn.Parameter(torch.zeros_like(g)) for g in (a, b, c)]
for p, g in zip(ps, (a, b, c)): p.grad = g
ps.append(nn.Parameter(torch.ones(2)))
`;

  it.each([
    [0.5, 2, '2.0'],
    [100, 2, '2.0'],
    [0.1, Number.POSITIVE_INFINITY, 'torch.inf'],
    [1.5, 1, '1.0'],
    [0.7, 3.5, '3.5'],
  ])('clipGradNorm_ to %s in the norm %s', (maxNorm, normType, pythonType) =>
    oracle.compare(
      ({ a, b, c }) => {
        const parameters = withGrads(a, b, c);
        return [clipGradNorm_(parameters, maxNorm, { normType }), gradsOf(parameters)];
      },
      `${python}total = torch.nn.utils.clip_grad_norm_(ps, ${maxNorm}, ${pythonType})
result = [total, [p.grad for p in ps]]`,
      inputs(),
    ),
  );

  it('clipGradValue_', () =>
    oracle.compare(
      ({ a, b, c }) => {
        const parameters = withGrads(a, b, c);
        clipGradValue_(parameters, 0.4);
        clipGradValue_(parameters[0] as Tensor, 0.2);
        return gradsOf(parameters);
      },
      `${python}torch.nn.utils.clip_grad_value_(ps, 0.4)
torch.nn.utils.clip_grad_value_(ps[0], 0.2)
result = [p.grad for p in ps]`,
      inputs(),
    ));

  it('getTotalNorm', () =>
    oracle.compare(
      ({ a, b, c }) => [
        getTotalNorm([a, b, c]),
        getTotalNorm(b, { normType: 1 }),
        getTotalNorm([]),
      ],
      `norm = torch.nn.utils.get_total_norm
result = [norm([a, b, c]), norm(b, 1.0), norm([])]`,
      inputs(),
    ));

  it('refuses a norm that is not finite, and leaves the gradients', () =>
    tidy(() => {
      const parameters = withGrads(torch.full([2], Number.NaN), torch.ones([2]));
      const clip = () => clipGradNorm_(parameters, 1, { errorIfNonfinite: true });
      expect(clip).toThrow('the total norm of order 2 is NaN');
      expect(parameters[1]?.grad?.toArray()).toEqual([1, 1]);
    }));
});
