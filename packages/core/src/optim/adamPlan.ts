import type { Handle } from '@flambeau/native';
import type { DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import type { AdamOptions, AdamState } from './adam.js';

/** Parameters of one dtype and device, and their state, as the lists that a kernel takes. */
export interface AdamBucket {
  readonly fused: boolean;
  readonly onCpu: boolean;
  /** Where each parameter is among those with a gradient. */
  readonly positions: readonly number[];
  readonly entries: readonly { readonly parameter: Tensor; readonly state: AdamState }[];
  readonly parameters: readonly Handle[];
  readonly expAvgs: readonly Handle[];
  readonly expAvgSqs: readonly Handle[];
  /** Empty without amsgrad. */
  readonly maxExpAvgSqs: readonly Handle[];
  readonly steps: readonly Handle[];
}

const fusedDtypes: ReadonlySet<DType> = new Set(['float32', 'float64', 'float16', 'bfloat16']);

/** Is there a fused kernel for the parameter's dtype and device? */
export function fusedKernelSupports(parameter: Tensor): boolean {
  return fusedDtypes.has(parameter.dtype) && /^(cpu|cuda|mps)/.test(parameter.device);
}

/**
 * How the parameters of a group that have a gradient are laid out for the kernels. It is made once
 * and used for as long as the same ones have a gradient, which is nearly always.
 */
export class AdamPlan {
  readonly buckets: readonly AdamBucket[];
  readonly #parameters: readonly Tensor[];
  readonly #fused: boolean | null;
  readonly #amsgrad: boolean;

  /** @throws TypeError when `fused` is demanded of a parameter that the kernel does not take */
  constructor(
    parameters: readonly Tensor[],
    options: AdamOptions,
    stateOf: (parameter: Tensor) => AdamState,
  ) {
    this.#parameters = parameters;
    this.#fused = options.fused;
    this.#amsgrad = options.amsgrad;
    const positions = new Map<string, number[]>();
    for (const [position, parameter] of parameters.entries()) {
      const key = `${parameter.device} ${parameter.dtype}`;
      const list = positions.get(key);
      if (list === undefined) positions.set(key, [position]);
      else list.push(position);
    }
    this.buckets = [...positions.values()].map((own) => {
      const members = own.map((position) => parameters[position] as Tensor);
      return bucketOf(own, members, options, stateOf);
    });
  }

  /** Is this the plan for these parameters and options? */
  fits(parameters: readonly Tensor[], options: AdamOptions): boolean {
    return (
      options.fused === this.#fused &&
      options.amsgrad === this.#amsgrad &&
      parameters.length === this.#parameters.length &&
      parameters.every((parameter, i) => parameter === this.#parameters[i])
    );
  }
}

function bucketOf(
  positions: readonly number[],
  members: readonly Tensor[],
  options: AdamOptions,
  stateOf: (parameter: Tensor) => AdamState,
): AdamBucket {
  const [first] = members as [Tensor];
  const supported = fusedKernelSupports(first);
  if (options.fused === true && !supported) {
    throw new TypeError(
      `fused: true needs floating parameters on a CPU or GPU, got ${first.dtype} on ${first.device}`,
    );
  }
  const entries = members.map((parameter) => ({ parameter, state: stateOf(parameter) }));
  const states = entries.map(({ state }) => state);
  return {
    fused: supported && options.fused !== false,
    onCpu: first.device === 'cpu',
    positions,
    entries,
    parameters: members.map((parameter) => parameter.handle),
    expAvgs: states.map((state) => state.expAvg.handle),
    expAvgSqs: states.map((state) => state.expAvgSq.handle),
    maxExpAvgSqs: options.amsgrad ? states.map(maxExpAvgSqOf) : [],
    steps: states.map((state) => state.step.handle),
  };
}

function maxExpAvgSqOf(state: AdamState): Handle {
  if (state.maxExpAvgSq === undefined) {
    throw new TypeError('amsgrad was switched on after the first step: its state is missing');
  }
  return state.maxExpAvgSq.handle;
}
