import { type Tensor, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from './oracle.js';

describeWithOracle('the oracle', (oracle) => {
  it('accepts what is equal, and its gradients', () =>
    oracle.compare(
      ({ a, b }) => [torch.add(a, b, { alpha: 2 }), a.sum().item()],
      '[torch.add(a, b, alpha=2), a.sum().item()]',
      { a: torch.randn(3, 4), b: torch.randn(4) },
      { gradients: true },
    ));

  it('takes numbers, lists and statements, in every dtype', () =>
    oracle.compare(
      ({ xs, scale, names }) => [...xs.map((x) => x.mul(scale)), names.length],
      'ys = [x * scale for x in xs]\nresult = [*ys, len(names)]',
      {
        xs: (['float16', 'bfloat16', 'complex64', 'complex128', 'int64', 'uint8'] as const).map(
          (dtype) => torch.arange(1, 6).to(dtype),
        ),
        scale: 3n,
        names: ['a', 'b'],
      },
    ));

  it.each([
    ['a value', 'x * 1.001', /element 0 is/],
    ['a dtype', 'x.double()', /dtype float32, expected float64/],
    ['a shape', 'x[None]', /shape \[3\], expected \[1,3\]/],
    ['a number of results', '[x, x]', /expected 2 values/],
    ['a kind of result', 'x[0].item()', /expected/],
    ['an infinity', '-x / 0', /-?Infinity/],
  ])('sees that %s differs', async (_, python, message) => {
    const x = torch.rand(3).add(1);
    const ours = ({ x }: { x: Tensor }) => (python.includes('/') ? x.div(0) : x);
    await expect(oracle.compare(ours, python, { x })).rejects.toThrow(message);
  });

  it('sees that a gradient differs where the values do not', async () => {
    const inputs = { x: torch.randn(3) };
    const python = 'x.detach() + x';
    const compared = oracle.compare(({ x }) => x.mul(2), python, inputs, { gradients: true });
    await expect(compared).rejects.toThrow(/gradient \[0\]: element 0 is/);
    inputs.x.dispose();
  });

  it('sees that a result is not differentiable', async () => {
    const inputs = { x: torch.randn(3) };
    const compared = oracle.compare(({ x }) => x.detach(), 'x * 1', inputs, { gradients: true });
    await expect(compared).rejects.toThrow(/does not require grad/);
    inputs.x.dispose();
  });

  it('passes on what Python says of an error, and goes on', async () => {
    await expect(oracle.evaluate('torch.add(1)')).rejects.toThrow(/TypeError: add\(\)/);
    expect((await oracle.evaluate('1 + 1')).result).toBe(2);
  });
});
