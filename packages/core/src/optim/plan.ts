import { type Handle, native } from '@flambeau/native';
import { groupPositions } from '../ops/foreach.js';
import { type DType, isComplex } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';

/** Names of the tensors that a state can have. */
export type StateName<State> = keyof State & string;

const fusedDtypes: ReadonlySet<DType> = new Set(['float32', 'float64', 'float16', 'bfloat16']);

/** Is there a fused kernel for the parameter's dtype and device? */
export function fusedKernelSupports(parameter: Tensor): boolean {
  return fusedDtypes.has(parameter.dtype) && /^(cpu|cuda|mps)/.test(parameter.device);
}

/** Is there one, and are the gradients such as it takes? */
export function fusedKernelTakes(parameter: Tensor): boolean {
  return fusedKernelSupports(parameter) && !isSparse(parameter);
}

/** Parameters of one dtype and device, and their state, as the lists that a kernel takes. */
export class Bucket<State extends object> {
  readonly fused: boolean;
  readonly onCpu: boolean;
  /** Are the gradients sparse? */
  readonly sparse: boolean;
  /** Complex parameters are treated as pairs of independent real numbers. */
  readonly complex: boolean;
  /** Where each parameter is among those with a gradient. */
  readonly positions: readonly number[];
  readonly members: readonly Tensor[];
  readonly parameters: readonly Handle[];
  readonly #stateOf: (parameter: Tensor) => State;
  readonly #lists = new Map<string, readonly Handle[]>();

  /** @throws TypeError when `fused` is demanded of a parameter that the kernel does not take */
  constructor(
    positions: readonly number[],
    members: readonly Tensor[],
    fused: boolean | null,
    stateOf: (parameter: Tensor) => State,
  ) {
    const [first] = members as [Tensor];
    this.sparse = isSparse(first);
    const supported = fusedKernelTakes(first);
    if (fused === true && !supported) {
      throw new TypeError(
        'fused: true needs floating parameters with dense gradients on a CPU or GPU, ' +
          `got ${first.dtype} on ${first.device}`,
      );
    }
    this.fused = supported && fused !== false;
    this.onCpu = first.device === 'cpu';
    this.complex = isComplex(first.dtype);
    this.positions = positions;
    this.members = members;
    this.parameters = members.map((parameter) => parameter.handle);
    this.#stateOf = stateOf;
  }

  /**
   * The state tensors of that name, one for each parameter; the states are made when first asked
   * for.
   * @throws TypeError when a parameter has a state without it
   */
  list(name: StateName<State>): readonly Handle[] {
    let list = this.#lists.get(name);
    if (list === undefined) {
      list = this.members.map((parameter) => {
        const tensor = this.#stateOf(parameter)[name];
        if (tensor instanceof Tensor) return tensor.handle;
        throw new TypeError(
          `the state lacks ${name}: the option that needs it was switched on after the first step`,
        );
      });
      this.#lists.set(name, list);
    }
    return list;
  }
}

/**
 * How the parameters of a group that have a gradient are laid out for the kernels. It is made once
 * and used for as long as the same ones have a gradient, which is nearly always.
 */
export class Plan<State extends object> {
  /** Made by this plan. */
  steps = 0;
  readonly buckets: readonly Bucket<State>[];
  readonly #parameters: readonly Tensor[];
  readonly #fused: boolean | null;

  constructor(
    parameters: readonly Tensor[],
    fused: boolean | null,
    stateOf: (parameter: Tensor) => State,
  ) {
    this.#parameters = parameters;
    this.#fused = fused;
    const groups = groupPositions(
      parameters,
      (parameter) => `${parameter.device} ${parameter.dtype} ${isSparse(parameter)}`,
    );
    this.buckets = groups.map((own) => {
      const members = own.map((position) => parameters[position] as Tensor);
      return new Bucket(own, members, fused, stateOf);
    });
  }

  /** Is this the plan for these parameters and this choice of kernel? */
  fits(parameters: readonly Tensor[], fused: boolean | null): boolean {
    return (
      fused === this.#fused &&
      parameters.length === this.#parameters.length &&
      parameters.every((parameter, i) => parameter === this.#parameters[i])
    );
  }
}

function isSparse(parameter: Tensor): boolean {
  return parameter.grad?.layout !== 'strided';
}

/** The gradients there are, and the parameters that have them. */
export function withGradients(parameters: readonly Tensor[]): {
  parameters: Tensor[];
  grads: Handle[];
} {
  const found: { parameters: Tensor[]; grads: Handle[] } = { parameters: [], grads: [] };
  for (const parameter of parameters) {
    const grad = native.grad(parameter.handle);
    if (grad === null) continue;
    found.parameters.push(parameter);
    found.grads.push(grad);
  }
  return found;
}
