import { functions } from '../../ops/install.js';
import type { Tensor } from '../../tensor/tensor.js';
import { shapeText } from '../shapes.js';
import { handleOf } from './handles.js';
import { linear } from './layers.js';

/** Query, key and value. */
export type Triple = readonly [query: Tensor, key: Tensor, value: Tensor];

/** Maps each of the three; what is the same tensor before is the same after. */
export function mapTriple([query, key, value]: Triple, map: (tensor: Tensor) => Tensor): Triple {
  const mapped = new Map([...new Set([query, key, value])].map((item) => [item, map(item)]));
  const of = (tensor: Tensor) => mapped.get(tensor) as Tensor;
  return [of(query), of(key), of(value)];
}

/** `count` linear maps of one tensor, whose weights are stacked: `[*, E]` to `count` of `[*, E]`. */
function mapStacked(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  count: number,
): readonly Tensor[] {
  const size = input.size(-1);
  return linear(input, weight, bias)
    .unflatten(-1, [count, size])
    .unsqueeze(0)
    .transpose(0, -2)
    .squeeze(-2)
    .contiguous()
    .unbind(0);
}

/**
 * Linear maps of query, key and value whose weights are stacked. What is the same tensor goes
 * through one multiplication.
 * @param weight `[3 E, E]`
 * @param bias `[3 E]`
 */
export function projectStacked(
  [query, key, value]: Triple,
  weight: Tensor,
  bias: Tensor | null,
): Triple {
  if (key !== value) {
    const [weights, biases] = [weight.chunk(3), bias?.chunk(3)];
    const each = [query, key, value].map((input, i) =>
      linear(input, weights[i] as Tensor, biases?.[i]),
    );
    return each as unknown as Triple;
  }
  if (query === key) return mapStacked(query, weight, bias, 3) as unknown as Triple;
  const size = query.size(-1);
  const sizes = [size, 2 * size];
  const [queryWeight, otherWeight] = weight.splitWithSizes(sizes) as [Tensor, Tensor];
  const [queryBias, otherBias] = bias?.splitWithSizes(sizes) ?? [null, null];
  const [mappedKey, mappedValue] = mapStacked(key, otherWeight, otherBias ?? null, 2);
  return [linear(query, queryWeight, queryBias), mappedKey as Tensor, mappedValue as Tensor];
}

/**
 * Linear maps of query, key and value, each with its own weight.
 * @param weights `[E, features of the input]`
 * @param bias `[3 E]`
 * @throws RangeError for weights of another shape
 */
export function projectEach(
  owner: string,
  inputs: Triple,
  weights: Triple,
  bias: Tensor | null,
): Triple {
  const biases = bias?.chunk(3);
  const size = inputs[0].size(-1);
  const names = ['qProjWeight', 'kProjWeight', 'vProjWeight'];
  const each = inputs.map((input, i) => {
    const weight = weights[i] as Tensor;
    const expected = [size, input.size(-1)];
    if (`${weight.shape}` !== `${expected}`) {
      throw new RangeError(
        `${owner}: ${names[i]} must have shape [${expected.join(', ')}], got ${shapeText(weight)}`,
      );
    }
    return linear(input, weight, biases?.[i]);
  });
  return each as unknown as Triple;
}

/** The static tensor where it is given, else `mapped` with a head to each row of the batch. */
export function headsOf(
  owner: string,
  name: string,
  given: Tensor | null | undefined,
  mapped: Tensor,
  [rows, headDim]: readonly [rows: number, headDim: number],
): Tensor {
  if (given === null || given === undefined) {
    return mapped.view([mapped.size(0), rows, headDim]).transpose(0, 1);
  }
  handleOf(owner, name, given);
  if (given.ndim !== 3 || given.size(0) !== rows || given.size(2) !== headDim) {
    throw new RangeError(
      `${owner}: ${name} must have shape [${rows}, source length, ${headDim}], got ${shapeText(given)}`,
    );
  }
  return given;
}

export function withZeros(heads: Tensor): Tensor {
  const [rows = 0, , headDim = 0] = heads.shape;
  const { dtype, device } = heads;
  const zeros = functions.torch.zeros([rows, 1, headDim], { dtype, device });
  return functions.torch.cat([heads, zeros], { dim: 1 });
}
