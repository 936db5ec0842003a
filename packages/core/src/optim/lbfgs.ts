import { enableGrad } from '../autograd/gradMode.js';
import { functions } from '../ops/install.js';
import { isComplex } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { requireInRange, requireLr } from './checks.js';
import { type LinePoint, type LineSearch, strongWolfe } from './lineSearch.js';
import {
  Optimizer,
  type ParamGroup,
  type ParamGroupInit,
  type Params,
  type SavedOptimizerState,
  savedEntries,
  withDefaults,
} from './optimizer.js';

export interface LBFGSOptions {
  /** The length of a step without line search, and the first one tried with it. */
  lr: number | Tensor;
  /** Iterations in one step. */
  maxIter: number;
  /** Evaluations in one step; null is 1.25 times `maxIter`. */
  maxEval: number | null;
  /** Ends when no element of the gradient is larger. */
  toleranceGrad: number;
  /** Ends when loss or parameters change by less. */
  toleranceChange: number;
  /** How many changes are remembered. */
  historySize: number;
  lineSearchFn: 'strong_wolfe' | null;
}

/** For all parameters together; PyTorch keeps it with the first one. Tensors are `[n]`. */
export interface LBFGSState {
  funcEvals: number;
  nIter: number;
  /** The direction and how far the last iteration went along it. */
  d?: Tensor;
  t?: number;
  /** Changes of the gradient, of the parameters, and 1 over their products. */
  oldDirs?: readonly Tensor[];
  oldStps?: readonly Tensor[];
  ro?: readonly number[];
  /** The inverse Hessian that the history starts from is this times the identity. */
  H_diag?: number;
  prevFlatGrad?: Tensor;
  prevLoss?: number;
}

type Group = ParamGroup<LBFGSOptions>;
type History = Required<Pick<LBFGSState, 'oldDirs' | 'oldStps' | 'ro' | 'H_diag'>>;

const lbfgsDefaults: LBFGSOptions = {
  lr: 1,
  maxIter: 20,
  maxEval: null,
  toleranceGrad: 1e-7,
  toleranceChange: 1e-9,
  historySize: 100,
  lineSearchFn: null,
};

/** Smaller products of changes would spoil the history. */
const smallestProduct = 1e-10;

/**
 * L-BFGS (Liu and Nocedal 1989), for one group of parameters on one device. A step evaluates the
 * loss many times and so needs a closure, which must drop the old gradients first.
 */
export class LBFGS extends Optimizer<LBFGSOptions, LBFGSState> {
  #evaluate: (() => number) | undefined;
  #loss = Number.NaN;

  /** Defaults: lr 1, maxIter 20, toleranceGrad 1e-7, toleranceChange 1e-9, historySize 100. */
  constructor(params: Params<LBFGSOptions>, options: Partial<LBFGSOptions> = {}) {
    const filled = withDefaults(new.target.name, lbfgsDefaults, options);
    super(params, { ...filled, maxEval: filled.maxEval ?? Math.floor((filled.maxIter * 5) / 4) });
  }

  /** @throws RangeError for a second group */
  override addParamGroup(init: ParamGroupInit<LBFGSOptions>): void {
    if (this.paramGroups.length > 0) throw new RangeError('LBFGS takes one group of parameters');
    super.addParamGroup(init);
  }

  protected override checkOptions(options: LBFGSOptions): void {
    requireLr(options.lr);
    for (const name of ['maxIter', 'toleranceGrad', 'toleranceChange'] as const) {
      requireInRange(name, options[name]);
    }
    if (!(options.historySize >= 1)) {
      throw new RangeError(`historySize must be at least 1, got ${options.historySize}`);
    }
    const { lineSearchFn } = options;
    if (lineSearchFn !== null && lineSearchFn !== 'strong_wolfe') {
      throw new RangeError(`lineSearchFn must be 'strong_wolfe' or null, got '${lineSearchFn}'`);
    }
  }

  protected override initialState(): LBFGSState {
    return { funcEvals: 0, nIter: 0 };
  }

  protected override castState(parameter: Tensor, _: Group, __: string, value: Tensor): Tensor {
    return value.to({ device: parameter.device });
  }

  /** Takes Python's numbers in tensors, too. */
  override loadStateDict(dict: SavedOptimizerState): void {
    const state = [...savedEntries(dict)].map(([id, { al: _, ...entries }]) => {
      const numbers = ['t', 'ro', 'H_diag'].filter((name) => name in entries);
      const read = numbers.map((name) => [name, numberOf(entries[name])]);
      return [id, { ...entries, ...Object.fromEntries(read) }] as const;
    });
    super.loadStateDict({ ...dict, state: new Map(state) });
  }

  /**
   * One step of up to `maxIter` iterations.
   * @param closure drops the gradients, computes the loss and its gradients, and gives the loss
   * @returns the loss at the begin
   * @throws TypeError without a closure, or when it gives no number
   */
  override step(): void;
  override step<T>(closure: () => T): T;
  override step<T>(closure?: () => T): T | undefined {
    if (closure === undefined) throw new TypeError('LBFGS needs a closure that gives the loss');
    this.#evaluate = () => lossOf(enableGrad(closure));
    try {
      return super.step(() => {
        const loss = closure();
        this.#loss = lossOf(loss);
        return loss;
      });
    } finally {
      this.#evaluate = undefined;
    }
  }

  protected override updateGroup(group: Group): void {
    const evaluate = this.#evaluate as () => number;
    const { params, maxIter, toleranceGrad, toleranceChange, lineSearchFn } = group;
    const maxEval = group.maxEval as number;
    const lr = group.lr instanceof Tensor ? Number(group.lr.item()) : group.lr;
    const state = this.stateOf(params[0] as Tensor, group);
    let loss = this.#loss;
    let grad = flatGrad(params);
    let evaluations = 1;
    state.funcEvals++;
    if (largest(grad) <= toleranceGrad) return;

    const next = { ...state };
    for (let iteration = 1; iteration <= maxIter; iteration++) {
      next.nIter++;
      const isFirst = next.nIter === 1;
      Object.assign(next, isFirst ? firstDirection(grad) : nextDirection(next, grad, group));
      const direction = next.d as Tensor;
      const lossBefore = loss;
      next.prevFlatGrad = grad;
      next.prevLoss = loss;
      next.t = isFirst ? Math.min(1, 1 / Number(grad.abs().sum().item())) * lr : lr;
      const slope = dot(grad, direction);
      if (slope > -toleranceChange) break;

      let used = 0;
      if (lineSearchFn === null) {
        move(params, next.t, direction);
        if (iteration < maxIter) {
          loss = evaluate();
          grad = flatGrad(params);
          used = 1;
        }
      } else {
        const start = { t: 0, loss, grad, slope };
        const found = search(params, evaluate, direction, start, next.t, maxEval - evaluations);
        ({ loss, grad, t: next.t } = found.point);
        used = found.evaluations;
        move(params, next.t, direction);
      }
      evaluations += used;
      next.funcEvals += used;
      if (evaluations >= maxEval || largest(grad) <= toleranceGrad) break;
      if (largest(direction) * next.t <= toleranceChange) break;
      if (Math.abs(loss - lossBefore) < toleranceChange) break;
    }
    this.replaceState(params[0] as Tensor, next);
  }
}

function firstDirection(grad: Tensor): History & { d: Tensor } {
  return { d: grad.neg(), oldDirs: [], oldStps: [], ro: [], H_diag: 1 };
}

/** The gradient times the approximate inverse Hessian, by the two loops over the history. */
function nextDirection(state: LBFGSState, grad: Tensor, group: Group): History & { d: Tensor } {
  const history = remember(state as Required<LBFGSState>, grad, group.historySize);
  const { oldDirs, oldStps, ro } = history;
  const d = grad.neg();
  const weights = new Array<number>(ro.length);
  for (let i = ro.length - 1; i >= 0; i--) {
    const weight = dot(oldStps[i] as Tensor, d) * (ro[i] as number);
    d.add_(oldDirs[i] as Tensor, { alpha: -weight });
    weights[i] = weight;
  }
  d.mul_(history.H_diag);
  for (let i = 0; i < ro.length; i++) {
    const back = dot(oldDirs[i] as Tensor, d) * (ro[i] as number);
    d.add_(oldStps[i] as Tensor, { alpha: (weights[i] as number) - back });
  }
  return { ...history, d };
}

/** The history with the last change, unless that is too small, and without the oldest one. */
function remember(state: Required<LBFGSState>, grad: Tensor, size: number): History {
  const { oldDirs, oldStps, ro, H_diag } = state;
  const gradChange = grad.sub(state.prevFlatGrad);
  const change = state.d.mul(state.t);
  const product = dot(gradChange, change);
  if (product <= smallestProduct) return { oldDirs, oldStps, ro, H_diag };
  return {
    oldDirs: [...oldDirs, gradChange].slice(-size),
    oldStps: [...oldStps, change].slice(-size),
    ro: [...ro, 1 / product].slice(-size),
    H_diag: product / dot(gradChange, gradChange),
  };
}

function search(
  params: readonly Tensor[],
  evaluate: () => number,
  direction: Tensor,
  start: LinePoint,
  first: number,
  maxIterations: number,
): LineSearch {
  const origin = params.map((parameter) => parameter.clone());
  const at = (t: number): LinePoint => {
    move(params, t, direction);
    const loss = evaluate();
    const grad = flatGrad(params);
    for (const [i, parameter] of params.entries()) parameter.copy_(origin[i] as Tensor);
    return { t, loss, grad, slope: dot(grad, direction) };
  };
  return strongWolfe(at, start, first, largest(direction), maxIterations);
}

/** A complex tensor as pairs of real numbers. */
function asReal(tensor: Tensor): Tensor {
  return isComplex(tensor.dtype) ? functions.torch.viewAsReal(tensor) : tensor;
}

/** All gradients in one `[n]`; zeros where there is none. */
function flatGrad(params: readonly Tensor[]): Tensor {
  const parts = params.map((parameter) => {
    const grad = parameter.grad ?? functions.torch.zerosLike(parameter);
    return asReal(grad.layout === 'strided' ? grad : grad.toDense()).reshape([-1]);
  });
  return functions.torch.cat(parts);
}

/** Adds `t` times the direction to the parameters. */
function move(params: readonly Tensor[], t: number, direction: Tensor): void {
  let offset = 0;
  for (const parameter of params) {
    const real = asReal(parameter);
    const size = real.numel();
    real.add_(direction.narrow(0, offset, size).viewAs(real), { alpha: t });
    offset += size;
  }
}

function dot(a: Tensor, b: Tensor): number {
  return Number(a.dot(b).item());
}

function largest(tensor: Tensor): number {
  return Number(tensor.abs().max().item());
}

function lossOf(value: unknown): number {
  const loss = value instanceof Tensor ? Number(value.item()) : value;
  if (typeof loss !== 'number') {
    throw new TypeError(`the closure must give the loss, a number or Tensor, got ${typeof loss}`);
  }
  return loss;
}

/** A number that may be in a tensor, or a list of such. */
function numberOf(value: unknown): number | number[] {
  if (Array.isArray(value)) return value.map((item) => Number(numberOf(item)));
  return value instanceof Tensor ? Number(value.item()) : Number(value);
}
