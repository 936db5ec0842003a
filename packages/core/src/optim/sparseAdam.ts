import { functions } from '../ops/install.js';
import { isComplex } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { requireBetas, requireLr, requirePositive } from './checks.js';
import { zerosLike } from './kernelOptimizer.js';
import { Optimizer, type ParamGroup, type Params, withDefaults } from './optimizer.js';

/** What every group of {@link SparseAdam} can be given. */
export interface SparseAdamOptions {
  /** Learning rate. */
  lr: number | Tensor;
  /** Decay of the averages of the gradient and of its square. */
  betas: readonly [number, number];
  /** Added to the denominator. */
  eps: number;
  /** Climbs instead of descending. */
  maximize: boolean;
}

export interface SparseAdamState {
  /** The steps so far. */
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
}

type SparseAdamGroup = ParamGroup<SparseAdamOptions>;

const sparseAdamDefaults: SparseAdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  maximize: false,
};

/**
 * Adam (Kingma and Ba 2015) for sparse gradients, such as those of `Embedding` with `sparse`: only
 * the rows that a gradient has are changed, and only their averages decay.
 */
export class SparseAdam extends Optimizer<SparseAdamOptions, SparseAdamState> {
  /** Defaults: lr 1e-3, betas [0.9, 0.999], eps 1e-8, maximize false. */
  constructor(params: Params<SparseAdamOptions>, options: Partial<SparseAdamOptions> = {}) {
    super(params, withDefaults(new.target.name, sparseAdamDefaults, options));
  }

  protected override checkOptions({ lr, betas, eps }: SparseAdamOptions): void {
    requireLr(lr);
    requireBetas(betas);
    requirePositive('eps', eps);
  }

  /** @throws TypeError for complex parameters */
  protected override initialState(parameter: Tensor): SparseAdamState {
    if (isComplex(parameter.dtype)) {
      throw new TypeError(`SparseAdam takes real parameters, got ${parameter.dtype}`);
    }
    return { step: 0, expAvg: zerosLike(parameter), expAvgSq: zerosLike(parameter) };
  }

  protected override castState(
    parameter: Tensor,
    _group: SparseAdamGroup,
    _name: string,
    value: Tensor,
  ): Tensor {
    return value.to({ dtype: parameter.dtype, device: parameter.device });
  }

  /** @throws TypeError for a dense gradient */
  protected override updateGroup(group: SparseAdamGroup): void {
    for (const parameter of group.params) {
      const { grad } = parameter;
      if (grad === null) continue;
      if (grad.layout === 'strided') {
        throw new TypeError('SparseAdam takes sparse gradients, got a dense one: Adam takes those');
      }
      const state = this.stateOf(parameter, group);
      state.step++;
      // One entry for each row: the square of a sum is not the sum of squares.
      updateRows(parameter, grad.coalesce(), state, group);
    }
  }
}

function updateRows(
  parameter: Tensor,
  grad: Tensor,
  { step, expAvg, expAvgSq }: SparseAdamState,
  { lr, betas, eps, maximize }: SparseAdamGroup,
): void {
  const values = maximize ? grad.values().neg() : grad.values();
  if (values.numel() === 0) return;
  const rows = (entries: Tensor) =>
    functions.torch.sparseCooTensor(grad.indices(), entries, grad.shape, { isCoalesced: true });
  const averaged = (average: Tensor, target: Tensor, beta: number): Tensor => {
    const before = average.sparseMask(grad).values();
    const change = target.sub(before).mul(1 - beta);
    average.add_(rows(change));
    return before.add(change);
  };
  const mean = averaged(expAvg, values, betas[0]);
  const square = averaged(expAvgSq, values.square(), betas[1]);
  const rate = lr instanceof Tensor ? Number(lr.item()) : lr;
  const scale = (rate * Math.sqrt(1 - betas[1] ** step)) / (1 - betas[0] ** step);
  parameter.add_(rows(mean.div(square.sqrt().add(eps)).mul(-scale)));
}
