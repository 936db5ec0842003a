import { nn, type optim, type Tensor } from '@flambeau/core';

type AnyOptimizer = Pick<
  optim.Optimizer<object, object>,
  'zeroGrad' | 'step' | 'stateDict' | 'dispose' | typeof Symbol.dispose
>;

/** 20 steps of a small network; gives all parameters and the optimiser's state. */
export function train(
  x: Tensor,
  y: Tensor,
  make: (model: nn.AnyModule) => AnyOptimizer,
): (string | Tensor)[] {
  const model = new nn.Sequential(
    new nn.Linear(4, 6, { dtype: x.dtype }),
    new nn.ReLU(),
    new nn.Linear(6, 1, { dtype: x.dtype }),
  );
  using optimizer = make(model);
  for (let step = 0; step < 20; step++) {
    optimizer.zeroGrad();
    nn.functional.mseLoss(model.call(x), y).backward();
    optimizer.step();
  }
  const { state } = optimizer.stateDict();
  const tensors = [...state.values()].flatMap((own) => Object.values(own));
  const names = [...state.values()].flatMap((own) => Object.keys(own));
  return [...model.parameters(), ...tensors.map((state) => (state as Tensor).clone()), ...names];
}

/** The same in Python; `make` is an expression of `model`. */
export const pythonTrain = (make: string) => `
model = nn.Sequential(nn.Linear(4, 6, dtype=x.dtype), nn.ReLU(), nn.Linear(6, 1, dtype=x.dtype))
opt = ${make}
for _ in range(20):
    opt.zero_grad()
    F.mse_loss(model(x), y).backward()
    opt.step()
state = opt.state_dict()['state'].values()
result = [*model.parameters(), *(t for s in state for t in s.values()), *(n for s in state for n in s)]`;

/** Rounding adds up over the steps, and the kernels round in different places. */
export const overSteps = { absolute: 1e-5, relative: 1e-4 };
