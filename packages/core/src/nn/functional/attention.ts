import { functions } from '../../ops/install.js';
import { checkOptions } from '../../tensor/options.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { shapeText } from '../shapes.js';
import { additiveMask, fittedMask, type OptionalMask } from './attentionMasks.js';
import { mapTriple, projectEach, projectStacked, type Triple } from './attentionProjections.js';
import { dropout } from './dropouts.js';
import { handleOf } from './handles.js';
import { linear } from './layers.js';

export interface AttentionCall {
  /**
   * Keys that are not seen, `[batch, source length]`, without batch `[source length]`: true, or a
   * number that is added to the scores.
   */
  keyPaddingMask?: Tensor | null;
  /**
   * What each target step does not see, `[target length, source length]`, or one for each head of
   * each sequence, `[batch · heads, target length, source length]`: true, or a number that is
   * added to the scores.
   */
  attnMask?: Tensor | null;
  /** Gives the weights too; without them it may be faster. Default true. */
  needWeights?: boolean;
  /** Gives the mean of all heads' weights instead of each head's. Default true. */
  averageAttnWeights?: boolean;
  /** Says that `attnMask` is the causal one, which may make it faster. Default false. */
  isCausal?: boolean;
}

export const attentionOptions = [
  'keyPaddingMask',
  'attnMask',
  'needWeights',
  'averageAttnWeights',
  'isCausal',
] as const;

export interface MultiHeadAttentionCall extends AttentionCall {
  /** Whether dropout is active. Default true. */
  training?: boolean;
  /** Takes the three weights below instead of the stacked one. Default false. */
  useSeparateProjWeight?: boolean;
  /** `[E, E]` */
  qProjWeight?: Tensor | null;
  /** `[E, features of the key]` */
  kProjWeight?: Tensor | null;
  /** `[E, features of the value]` */
  vProjWeight?: Tensor | null;
  /** Keys instead of the mapped ones, `[batch · heads, source length, E / heads]`. */
  staticK?: Tensor | null;
  /** Values instead of the mapped ones, in the same shape. */
  staticV?: Tensor | null;
}

const owner = 'multiHeadAttentionForward';

const knownOptions = [
  ...attentionOptions,
  'training',
  'useSeparateProjWeight',
  'qProjWeight',
  'kProjWeight',
  'vProjWeight',
  'staticK',
  'staticV',
];

/** @returns whether there is a batch @throws RangeError for dimensions that do not fit */
function checkDims(inputs: Triple, keyPaddingMask: OptionalMask, attnMask: OptionalMask): boolean {
  const named = Object.entries({ query: inputs[0], key: inputs[1], value: inputs[2] });
  for (const [name, tensor] of named) handleOf(owner, name, tensor);
  const dims = inputs[0].ndim;
  if (dims !== 2 && dims !== 3) {
    throw new RangeError(
      `${owner}: the query must have 2 or 3 dimensions, got shape ${shapeText(inputs[0])}`,
    );
  }
  const expected: [string, OptionalMask, readonly number[]][] = [
    ...named.map(([name, tensor]): [string, Tensor, readonly number[]] => [name, tensor, [dims]]),
    ['keyPaddingMask', keyPaddingMask, [dims - 1]],
    ['attnMask', attnMask, [2, 3]],
  ];
  for (const [name, tensor, allowed] of expected) {
    if (tensor && !allowed.includes(tensor.ndim)) {
      throw new RangeError(
        `${owner}: with a query of ${dims} dimensions, ${name} must have ${allowed.join(' or ')}, got shape ${shapeText(tensor)}`,
      );
    }
  }
  return dims === 3;
}

/** @throws RangeError for sizes that do not fit */
function checkSizes(
  [query, key, value]: Triple,
  embedDim: number,
  numHeads: number,
  separate: boolean,
): void {
  const size = query.size(-1);
  if (size !== embedDim) {
    throw new RangeError(
      `${owner}: the last dimension of the query must be ${embedDim}, got shape ${shapeText(query)}`,
    );
  }
  if (size % numHeads !== 0) {
    throw new RangeError(`${owner}: ${numHeads} heads cannot share ${size} features equally`);
  }
  const compared = ({ shape }: Tensor) => (separate ? shape.slice(0, -1) : shape);
  if (`${compared(key)}` !== `${compared(value)}`) {
    throw new RangeError(
      `${owner}: key and value do not go together: shapes ${shapeText(key)} and ${shapeText(value)}`,
    );
  }
}

/** The static tensor where it is given, else `mapped` with a head to each row of the batch. */
function headsOf(
  name: string,
  given: OptionalMask,
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

function withZeros(heads: Tensor): Tensor {
  const [rows = 0, , headDim = 0] = heads.shape;
  const { dtype, device } = heads;
  const zeros = functions.torch.zeros([rows, 1, headDim], { dtype, device });
  return functions.torch.cat([heads, zeros], { dim: 1 });
}

/** The mask for one more key, which all see. */
function widened(mask: Tensor | null): Tensor | null {
  return mask === null ? null : functions.nn.pad(mask, [0, 1]);
}

/** The padding as a mask of all heads, added to the attention mask where there is one. */
function mergedMask(
  mask: Tensor | null,
  padding: Tensor | null,
  [batch, numHeads, source]: readonly [batch: number, numHeads: number, source: number],
): Tensor | null {
  if (padding === null) return mask;
  if (`${padding.shape}` !== `${[batch, source]}`) {
    throw new RangeError(
      `${owner}: keyPaddingMask must fit ${batch} sequences of ${source} keys, got ${shapeText(padding)}`,
    );
  }
  const expanded = padding
    .view([batch, 1, 1, source])
    .expand([-1, numHeads, -1, -1])
    .reshape([batch * numHeads, 1, source]);
  return mask === null ? expanded : mask.add(expanded);
}

/**
 * Attention of many heads (Vaswani et al. 2017), with all that its module holds as arguments:
 * softmax(Q Kᵀ / sqrt(E / heads) + masks) V for each head, where Q, K and V are linear maps of
 * query, key and value, and a linear map of the heads' joined results.
 *
 * @param query `[target length, batch, E]`, without batch `[target length, E]`
 * @param key `[source length, batch, features]`, without batch `[source length, features]`
 * @param value like `key`
 * @param embedDimToCheck E
 * @param inProjWeight `[3 E, E]`; null with `useSeparateProjWeight`
 * @param inProjBias `[3 E]`
 * @param biasK one more key, `[1, 1, E]`, and `biasV` its value
 * @param addZeroAttn adds a key and a value of zeros
 * @param dropoutP probability of dropout of the weights, in training
 * @param outProjWeight `[E, E]`
 * @param outProjBias `[E]`
 * @returns the output in the shape of the query; and the weights,
 * `[batch, target length, source length]`, with all heads
 * `[batch, heads, target length, source length]`, or null
 * @throws RangeError for shapes or options that do not go together
 */
export function multiHeadAttentionForward(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  embedDimToCheck: number,
  numHeads: number,
  inProjWeight: Tensor | null,
  inProjBias: Tensor | null,
  biasK: Tensor | null,
  biasV: Tensor | null,
  addZeroAttn: boolean,
  dropoutP: number,
  outProjWeight: Tensor,
  outProjBias: Tensor | null,
  options: MultiHeadAttentionCall = {},
): [output: Tensor, weights: Tensor | null] {
  checkOptions(owner, options, knownOptions);
  const { keyPaddingMask, attnMask, needWeights = true, averageAttnWeights = true } = options;
  const { useSeparateProjWeight = false, staticK, staticV, training = true } = options;
  const batched = checkDims([query, key, value], keyPaddingMask, attnMask);
  checkSizes([query, key, value], embedDimToCheck, numHeads, useSeparateProjWeight);
  if (options.isCausal === true && !attnMask) {
    throw new RangeError(`${owner}: isCausal says what attnMask is, so it needs one`);
  }
  if ((biasK === null) !== (biasV === null)) {
    throw new RangeError(`${owner}: biasK and biasV must be given together`);
  }
  if (biasK !== null && (staticK || staticV)) {
    throw new RangeError(`${owner}: biasK and biasV do not go with staticK or staticV`);
  }

  return tidy(() => {
    const inputs = batched
      ? ([query, key, value] as const)
      : mapTriple([query, key, value], (tensor) => tensor.unsqueeze(1));
    const [target, batch, size] = inputs[0].shape as [number, number, number];
    const rows = batch * numHeads;
    const headDim = size / numHeads;
    const { dtype } = query;

    let padding = additiveMask(owner, 'keyPaddingMask', keyPaddingMask, dtype, attnMask);
    if (padding !== null && !batched) padding = padding.unsqueeze(0);
    // Where nothing else needs the causal mask, the kernel makes its own.
    const isCausal = options.isCausal === true && padding === null && !needWeights;
    let mask = isCausal ? null : additiveMask(owner, 'attnMask', attnMask, dtype);
    if (mask !== null) mask = fittedMask(owner, mask, [rows, target, inputs[1].size(0)]);

    let [q, k, v] = mapInputs(inputs, inProjWeight, inProjBias, options);
    if (biasK !== null && biasV !== null) {
      k = functions.torch.cat([k, biasK.repeat([1, batch, 1])]);
      v = functions.torch.cat([v, biasV.repeat([1, batch, 1])]);
      mask = widened(mask);
      padding = widened(padding);
    }
    q = q.view([target, rows, headDim]).transpose(0, 1);
    k = headsOf('staticK', staticK, k, [rows, headDim]);
    v = headsOf('staticV', staticV, v, [rows, headDim]);
    if (addZeroAttn) {
      k = withZeros(k);
      v = withZeros(v);
      mask = widened(mask);
      padding = widened(padding);
    }
    const source = k.size(1);
    mask = mergedMask(mask, padding, [batch, numHeads, source]);
    const p = training ? dropoutP : 0;

    let heads: Tensor;
    let weights: Tensor | null = null;
    if (needWeights) {
      const scaled = q.mul(Math.sqrt(1 / headDim));
      const keys = k.transpose(-2, -1);
      const scores = mask === null ? scaled.bmm(keys) : functions.torch.baddbmm(mask, scaled, keys);
      const kept = dropout(scores.softmax(-1), p, { training: p > 0 });
      heads = kept.bmm(v).transpose(0, 1);
      weights = kept.view([batch, numHeads, target, source]);
      if (averageAttnWeights) weights = weights.mean(1);
      if (!batched) weights = weights.squeeze(0);
    } else {
      const perHead = (tensor: Tensor) => tensor.view([batch, numHeads, -1, headDim]);
      const fitted =
        mask?.size(0) === 1 ? mask.unsqueeze(0) : mask?.view([batch, numHeads, -1, source]);
      heads = functions.nn
        .scaledDotProductAttention(perHead(q), perHead(k), perHead(v), fitted ?? null, p, isCausal)
        .permute([2, 0, 1, 3]);
    }
    const joined = linear(heads.reshape([target * batch, size]), outProjWeight, outProjBias);
    const output = joined.view([target, batch, joined.size(1)]);
    return [batched ? output : output.squeeze(1), weights];
  });
}

function mapInputs(
  inputs: Triple,
  inProjWeight: Tensor | null,
  inProjBias: Tensor | null,
  options: MultiHeadAttentionCall,
): Triple {
  if (options.useSeparateProjWeight !== true) {
    if (inProjWeight === null) {
      throw new RangeError(`${owner}: without useSeparateProjWeight, inProjWeight must be given`);
    }
    return projectStacked(inputs, inProjWeight, inProjBias);
  }
  const { qProjWeight, kProjWeight, vProjWeight } = options;
  if (!qProjWeight || !kProjWeight || !vProjWeight) {
    throw new RangeError(
      `${owner}: with useSeparateProjWeight, qProjWeight, kProjWeight and vProjWeight must be given`,
    );
  }
  return projectEach(owner, inputs, [qProjWeight, kProjWeight, vProjWeight], inProjBias);
}
