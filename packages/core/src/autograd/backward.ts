import { type Handle, native } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { wrap } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';

export interface BackwardOptions {
  /** Keep the record, so that backward can run again. Default: `createGraph`. */
  readonly retainGraph?: boolean;
  /** Record the backward pass itself, for gradients of gradients. */
  readonly createGraph?: boolean;
  /** The only leaves to add to; all by default. */
  readonly inputs?: Tensor | readonly Tensor[];
}

export interface GradOptions {
  /** The gradients of the outputs, of their shapes; not needed for outputs of one element. */
  readonly gradOutputs?: Tensor | readonly (Tensor | null)[] | null;
  /** Keep the record, so that it can be used again. Default: `createGraph`. */
  readonly retainGraph?: boolean;
  /** Record the computation of the gradients, for gradients of gradients. */
  readonly createGraph?: boolean;
  /** Give null for an input that the outputs do not depend on, instead of throwing. */
  readonly allowUnused?: boolean;
  /** Give zeros in place of that null. Implies `allowUnused`. */
  readonly materializeGrads?: boolean;
}

/**
 * Adds the gradients of `tensors` to the `grad` of the leaves they were computed from.
 * @param gradTensors the gradients of `tensors`, of their shapes; null for a single element.
 * @throws AutogradError where nothing was recorded, or the record was used up.
 */
export function backward(
  tensors: Tensor | readonly Tensor[],
  gradTensors: Tensor | readonly (Tensor | null)[] | null = null,
  options: BackwardOptions = {},
): void {
  const outputs = listOf(tensors);
  const createGraph = options.createGraph ?? false;
  native.backward(
    outputs.map(handleOf),
    gradientHandles(outputs, gradTensors),
    options.retainGraph ?? createGraph,
    createGraph,
    options.inputs === undefined ? null : listOf(options.inputs).map(handleOf),
  );
}

/**
 * The gradients of `outputs` with respect to `inputs`, one for each input and of its shape.
 * No `grad` is changed.
 * @throws AutogradError where an input took no part and `allowUnused` is not set.
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions & { readonly allowUnused: true; readonly materializeGrads?: false },
): (Tensor | null)[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options?: GradOptions,
): Tensor[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const from = listOf(outputs);
  const to = listOf(inputs);
  const createGraph = options.createGraph ?? false;
  const materialize = options.materializeGrads ?? false;
  const gradients = native.gradients(
    from.map(handleOf),
    to.map(handleOf),
    gradientHandles(from, options.gradOutputs ?? null),
    options.retainGraph ?? createGraph,
    createGraph,
    options.allowUnused ?? materialize,
  );
  return gradients.map((handle, i) => {
    if (handle !== null) return wrap(handle);
    const input = to[i];
    return materialize && input !== undefined ? zerosLike(input) : null;
  });
}

function zerosLike(tensor: Tensor): Tensor {
  return wrap(aten('zeros_like')(tensor.handle) as Handle);
}

function gradientHandles(
  outputs: readonly Tensor[],
  gradients: Tensor | readonly (Tensor | null)[] | null,
): (Handle | null)[] {
  if (gradients === null) return outputs.map(() => null);
  const list = gradients instanceof Tensor ? [gradients] : gradients;
  if (list.length !== outputs.length) {
    throw new RangeError(
      `one gradient for each output: expected ${outputs.length}, got ${list.length}`,
    );
  }
  return list.map((gradient) => gradient?.handle ?? null);
}

function listOf(tensors: Tensor | readonly Tensor[]): readonly Tensor[] {
  return tensors instanceof Tensor ? [tensors] : tensors;
}

function handleOf(tensor: Tensor): Handle {
  return tensor.handle;
}
