import { Tensor } from '../tensor/tensor.js';
import { requireInRange, requireLr } from './checks.js';
import { zerosLike } from './kernelOptimizer.js';
import { Optimizer, type ParamGroup, type Params, withDefaults } from './optimizer.js';

/** What every group of {@link Muon} can be given. */
export interface MuonOptions {
  /** Learning rate. */
  lr: number | Tensor;
  /** Shrinks the parameters at every step, times the rate. */
  weightDecay: number;
  /** Decay of the average of the gradient. */
  momentum: number;
  /** Looks ahead along the average. */
  nesterov: boolean;
  /** The polynomial a x + b x³ + c x⁵ that brings singular values close to 1. */
  nsCoefficients: readonly [number, number, number];
  /** The smallest norm to divide by. */
  eps: number;
  /** How often the polynomial is applied. */
  nsSteps: number;
  /**
   * How the rate follows the shape [m, n]: 'original', for null too, times sqrt(max(1, m/n));
   * 'match_rms_adamw' times 0.2 sqrt(max(m, n)).
   */
  adjustLrFn: 'original' | 'match_rms_adamw' | null;
}

export interface MuonState {
  momentumBuffer: Tensor;
}

type MuonGroup = ParamGroup<MuonOptions>;

const muonDefaults: MuonOptions = {
  lr: 1e-3,
  weightDecay: 0.1,
  momentum: 0.95,
  nesterov: true,
  nsCoefficients: [3.4445, -4.775, 2.0315],
  eps: 1e-7,
  nsSteps: 5,
  adjustLrFn: null,
};

/**
 * Muon (Jordan et al. 2024), for the matrices of hidden layers: moves along the average of the
 * gradient with its singular values made nearly 1, by Newton-Schulz steps in bfloat16.
 */
export class Muon extends Optimizer<MuonOptions, MuonState> {
  /** Defaults: lr 1e-3, weightDecay 0.1, momentum 0.95, nesterov true, nsSteps 5, eps 1e-7. */
  constructor(params: Params<MuonOptions>, options: Partial<MuonOptions> = {}) {
    super(params, withDefaults(new.target.name, muonDefaults, options));
    for (const parameter of this.paramGroups.flatMap((group) => group.params)) {
      requireMatrix(parameter);
    }
  }

  protected override checkOptions(options: MuonOptions): void {
    const { lr, weightDecay, momentum, nsSteps, adjustLrFn } = options;
    requireLr(lr);
    requireInRange('weightDecay', weightDecay);
    requireInRange('momentum', momentum);
    requireInRange('nsSteps', nsSteps, 100);
    if (![null, 'original', 'match_rms_adamw'].includes(adjustLrFn)) {
      throw new RangeError(
        `adjustLrFn must be 'original', 'match_rms_adamw' or null, got '${adjustLrFn}'`,
      );
    }
  }

  protected override initialState(parameter: Tensor): MuonState {
    requireMatrix(parameter);
    return { momentumBuffer: zerosLike(parameter) };
  }

  protected override castState(
    parameter: Tensor,
    _group: MuonGroup,
    _name: string,
    value: Tensor,
  ): Tensor {
    return value.to({ dtype: parameter.dtype, device: parameter.device });
  }

  protected override updateGroup(group: MuonGroup): void {
    const { momentum, nesterov, weightDecay } = group;
    const lr = group.lr instanceof Tensor ? Number(group.lr.item()) : group.lr;
    for (const parameter of group.params) {
      const { grad } = parameter;
      if (grad === null) continue;
      if (grad.layout !== 'strided') {
        throw new TypeError(`Muon takes dense gradients, got a ${grad.layout} one`);
      }
      const average = this.stateOf(parameter, group).momentumBuffer;
      average.lerp_(grad, 1 - momentum);
      const direction = orthogonalized(nesterov ? grad.lerp(average, momentum) : average, group);
      parameter.mul_(1 - lr * weightDecay);
      parameter.add_(direction, { alpha: -lr * rateFactor(parameter, group) });
    }
  }
}

/** @throws TypeError unless the parameter is a matrix of real numbers */
function requireMatrix({ ndim, shape, dtype }: Tensor): void {
  if (ndim === 2 && /^b?float/.test(dtype)) return;
  throw new TypeError(
    `Muon takes matrices of real numbers, got shape [${shape.join(', ')}] of ${dtype}`,
  );
}

/** The matrix with its singular values between about 0.5 and 1.5, in bfloat16. */
function orthogonalized(matrix: Tensor, { nsCoefficients, nsSteps, eps }: MuonGroup): Tensor {
  const [a, b, c] = nsCoefficients;
  const isTall = matrix.size(0) > matrix.size(1);
  const half = matrix.to('bfloat16');
  let x = isTall ? half.T : half;
  x = x.div(x.norm().clampMin(eps));
  for (let step = 0; step < nsSteps; step++) {
    const gram = x.matmul(x.T);
    const polynomial = gram.addmm(gram, gram, { beta: b, alpha: c });
    x = x.addmm(polynomial, x, { beta: a });
  }
  return isTall ? x.T : x;
}

function rateFactor(parameter: Tensor, { adjustLrFn }: MuonGroup): number {
  const [rows, columns] = [parameter.size(0), parameter.size(1)];
  return adjustLrFn === 'match_rms_adamw'
    ? 0.2 * Math.sqrt(Math.max(rows, columns))
    : Math.sqrt(Math.max(1, rows / columns));
}
