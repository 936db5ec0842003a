import { nn, optim, type Tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

type Make = (parameters: Tensor[]) => optim.Optimizer<object, object>;

/** They forget fast, so that what has no gradient comes to the denormal numbers soon. */
const cases: readonly (readonly [python: string, make: Make])[] = [
  ['SGD(ps, lr=0.01, momentum=0.7)', (ps) => new optim.SGD(ps, { lr: 0.01, momentum: 0.7 })],
  ['Adam(ps, betas=(0.5, 0.6))', (ps) => new optim.Adam(ps, { betas: [0.5, 0.6] })],
  [
    'Adam(ps, betas=(0.5, 0.6), amsgrad=True, fused=False)',
    (ps) => new optim.Adam(ps, { betas: [0.5, 0.6], amsgrad: true, fused: false }),
  ],
  ['AdamW(ps, betas=(0.5, 0.6))', (ps) => new optim.AdamW(ps, { betas: [0.5, 0.6] })],
  ['NAdam(ps, betas=(0.5, 0.6))', (ps) => new optim.NAdam(ps, { betas: [0.5, 0.6] })],
  ['RAdam(ps, betas=(0.5, 0.9))', (ps) => new optim.RAdam(ps, { betas: [0.5, 0.9] })],
  ['Adamax(ps, betas=(0.7, 0.6))', (ps) => new optim.Adamax(ps, { betas: [0.7, 0.6] })],
  ['Adadelta(ps, rho=0.6)', (ps) => new optim.Adadelta(ps, { rho: 0.6 })],
  ['RMSprop(ps, alpha=0.6)', (ps) => new optim.RMSprop(ps, { alpha: 0.6 })],
  [
    'RMSprop(ps, alpha=0.6, centered=True, momentum=0.5)',
    (ps) => new optim.RMSprop(ps, { alpha: 0.6, centered: true, momentum: 0.5 }),
  ],
];

/** Of which the optimiser sweeps after the last. */
const steps = 1000;

/** Every other number of the parameter has a gradient in the first steps only. */
const python = (maker: string) => `
p = torch.nn.Parameter(x)
ps = [p]
opt = torch.optim.${maker}
for step in range(steps):
    grad = torch.sin(p.detach() + step)
    if step > 3:
        grad[::2] = 0
    p.grad = grad
    opt.step()
own = [t for t in opt.state[p].values() if torch.is_tensor(t) and t.dim() > 0]
assert any(((t != 0) & (t.abs() < 2.0 ** -126)).any() for t in own)
result = p`;

describeWithOracle('numbers without a gradient', (oracle) => {
  it.each(cases)('%s goes where Python does, without denormal numbers', (maker, make) =>
    oracle.compare(
      ({ x }) => {
        const p = new nn.Parameter(x);
        using optimizer = make([p]);
        for (let step = 0; step < steps; step++) {
          tidy(() => {
            const grad = torch.sin(p.detach().add(step));
            if (step > 3) grad.slice(0, 0, grad.size(0), 2).fill_(0);
            p.grad = grad;
            optimizer.step();
          });
        }
        for (const [name, state] of Object.entries(optimizer.stateDict().state.get(0) ?? {})) {
          const stays = name === 'square_avg' && maker.includes('centered');
          expect(hasDenormals(state as Tensor), name).toBe(stays);
        }
        return p;
      },
      python(maker),
      { x: torch.randn(7), steps },
    ),
  );
});

function hasDenormals(tensor: Tensor): unknown {
  return tidy(() =>
    tensor
      .ne(0)
      .logicalAnd(tensor.abs().lt(2 ** -126))
      .any()
      .item(),
  );
}
