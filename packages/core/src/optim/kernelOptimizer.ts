import { type Handle, native } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { foreach } from '../ops/foreach.js';
import { functions } from '../ops/install.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { requireInRange, requireLr } from './checks.js';
import { clearDenormals, stepsBetweenSweeps } from './denormals.js';
import { Optimizer, type ParamGroup } from './optimizer.js';
import {
  type Bucket,
  fusedKernelSupports,
  fusedKernelTakes,
  Plan,
  type StateName,
  withGradients,
} from './plan.js';

/** What every group of an optimiser can be given. */
export interface StepOptions {
  /** Learning rate; a tensor of one element stays where it is. */
  lr: number | Tensor;
  /** Times the parameter, is added to its gradient. */
  weightDecay?: number;
  /** Climbs instead of descending. */
  maximize: boolean;
  /**
   * libtorch's fused kernel, one native call for many parameters: true demands it, false does
   * without, null takes it for the parameters that it supports.
   */
  fused?: boolean | null;
}

/** {@link StepOptions} of the optimisers that know weight decay. */
export interface KernelOptions extends StepOptions {
  weightDecay: number;
}

/** Counts of steps and coefficients: float32 `[]`, whatever the parameter is. */
const scalars: ReadonlySet<string> = new Set(['step', 'muProduct', 'eta', 'mu']);

/** An optimiser that changes all parameters of one dtype and device by the same native calls. */
export abstract class KernelOptimizer<
  Options extends StepOptions,
  State extends object,
> extends Optimizer<Options, State> {
  /**
   * What the gradients were multiplied by; the fused kernels divide by it. `[]`, set around a step
   * by `amp.GradScaler` where {@link stepSupportsAmpScaling}.
   */
  gradScale: Tensor | null = null;
  /** 1 where a gradient is not finite: the fused kernels then change nothing. `[]`, set likewise. */
  foundInf: Tensor | null = null;
  #plans = new WeakMap<ParamGroup<Options>, Plan<State>>();

  /** One step of the parameters of a bucket. */
  protected abstract updateBucket(
    bucket: Bucket<State>,
    grads: readonly Handle[],
    group: ParamGroup<Options>,
  ): void;

  protected override checkOptions({ lr, weightDecay = 0 }: Options): void {
    requireLr(lr);
    requireInRange('weightDecay', weightDecay);
  }

  protected override castState(
    parameter: Tensor,
    group: ParamGroup<Options>,
    name: string,
    value: Tensor,
  ): Tensor {
    return scalars.has(name)
      ? value.to({ dtype: 'float32', device: scalarDevice(parameter, group) })
      : value.to({ dtype: parameter.dtype, device: parameter.device });
  }

  protected override stateReplaced(): void {
    this.#plans = new WeakMap();
  }

  protected override updateGroup(group: ParamGroup<Options>): void {
    const { parameters, grads } = withGradients(group.params);
    const fused = kernelChoice(group);
    let plan = this.#plans.get(group);
    if (plan === undefined || !plan.fits(parameters, fused)) {
      plan = new Plan(parameters, fused, (parameter) => this.stateOf(parameter, group));
      this.#plans.set(group, plan);
    }
    for (const bucket of plan.buckets) {
      const own = bucket.positions.map((position) => grads[position] as Handle);
      this.updateBucket(bucket, own, group);
    }
    plan.steps += 1;
    if (plan.steps % stepsBetweenSweeps !== 0) return;
    const { eps } = group as { readonly eps?: unknown };
    for (const parameter of parameters) clearDenormals(this.state.get(parameter) ?? {}, eps);
  }

  /** Will fused kernels do all of the next step? */
  get stepSupportsAmpScaling(): boolean {
    return tidy(() =>
      this.paramGroups.every(
        (group) =>
          kernelChoice(group) !== false &&
          withGradients(group.params).parameters.every(fusedKernelTakes),
      ),
    );
  }

  /** The last two operands of a fused kernel, on the device of the parameters. */
  protected scalingFor(bucket: Bucket<State>): Scaling {
    const { device } = bucket.members[0] as Tensor;
    const here = (tensor: Tensor | null) =>
      tensor?.to({ device, nonBlocking: true }).handle ?? null;
    return [here(this.gradScale), here(this.foundInf)];
  }

  /** @throws TypeError where sparse gradients meet weight decay, which would reach all rows */
  protected requireNoDecay({ weightDecay = 0 }: StepOptions): void {
    if (weightDecay === 0) return;
    throw new TypeError(
      `${this.constructor.name} with weightDecay takes dense gradients, got a sparse one`,
    );
  }

  /** @throws TypeError for a sparse gradient */
  protected requireDense(parameter: Tensor): void {
    if (parameter.grad?.layout !== 'strided') {
      throw new TypeError(
        `${this.constructor.name} takes dense gradients, got a ${parameter.grad?.layout} one`,
      );
    }
  }
}

/** The tensors `gradScale` and `foundInf`, as operands. */
export type Scaling = readonly [gradScale: Handle | null, foundInf: Handle | null];

/** Takes an {@link advance} back where a fused kernel changed nothing. */
export function takeBack(steps: readonly Handle[], [, foundInf]: Scaling): void {
  if (foundInf === null) return;
  foreach('sub_', 'List', steps, new Array<Handle>(steps.length).fill(foundInf), 1);
}

/** Optimisers without a fused kernel have no such option. */
function kernelChoice({ fused = false }: StepOptions): boolean | null {
  return fused;
}

/** A fused kernel reads the step count where the parameter is; the plain form on the CPU. */
function scalarDevice(parameter: Tensor, group: StepOptions) {
  return kernelChoice(group) !== false && fusedKernelSupports(parameter) ? parameter.device : 'cpu';
}

/** A step count of 0. */
export function newStep(parameter: Tensor, group: StepOptions): Tensor {
  return functions.torch.zeros([], {
    dtype: 'float32',
    device: scalarDevice(parameter, group),
  });
}

/** Zeros like the parameter. */
export function zerosLike(parameter: Tensor): Tensor {
  return functions.torch.zerosLike(parameter, { memoryFormat: 'preserveFormat' });
}

export function lrOf({ lr }: StepOptions): number {
  return lr instanceof Tensor ? Number(lr.item()) : lr;
}

/** Adds 1 to the step counts. */
export function advance<State extends object>(
  bucket: Bucket<State & { step: Tensor }>,
): readonly Handle[] {
  const steps = bucket.list('step');
  if (bucket.onCpu) {
    // On a CPU this runs one addition after another, and would make a tensor of the 1 for each.
    foreach('add_', 'Tensor', steps, aten('scalar_tensor')(1) as Handle, 1);
  } else {
    foreach('add_', 'Scalar', steps, 1);
  }
  return steps;
}

/** The numbers in tensors of one element. */
export function numbersIn(scalars: readonly Handle[]): readonly number[] {
  return scalars.map((scalar) => Number(native.item(scalar)));
}

/** The lists of a bucket for foreach kernels: real, complex tensors as pairs of numbers. */
export class RealLists<State extends object> {
  readonly parameters: readonly Handle[];
  /** In the direction of descent, with weight decay where it is not decoupled. */
  readonly grads: readonly Handle[];
  readonly #bucket: Bucket<State>;

  constructor(
    bucket: Bucket<State>,
    grads: readonly Handle[],
    { maximize, weightDecay = 0 }: Pick<StepOptions, 'maximize' | 'weightDecay'>,
  ) {
    this.#bucket = bucket;
    this.parameters = this.#real(bucket.parameters);
    let own = this.#real(grads);
    if (maximize) own = foreach('neg', '', own);
    if (weightDecay !== 0) own = foreach('add', 'List', own, this.parameters, weightDecay);
    this.grads = own;
  }

  /** The state tensors of that name. */
  list(name: StateName<State>): readonly Handle[] {
    return this.#real(this.#bucket.list(name));
  }

  #real(tensors: readonly Handle[]): readonly Handle[] {
    if (!this.#bucket.complex) return tensors;
    return tensors.map((tensor) => aten('view_as_real')(tensor) as Handle);
  }
}
