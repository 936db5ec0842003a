import { functions } from '../../ops/install.js';
import { checkOptions } from '../../tensor/options.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkDims, checkSizes } from './attentionChecks.js';
import { additiveMask, fittedMask, mergedMask, widened } from './attentionMasks.js';
import { type MultiHeadAttentionCall, multiHeadAttentionOptions } from './attentionOptions.js';
import {
  headsOf,
  mapTriple,
  projectEach,
  projectStacked,
  type Triple,
  withZeros,
} from './attentionProjections.js';
import { dropout } from './dropouts.js';
import { linear } from './layers.js';

const owner = 'multiHeadAttentionForward';

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
  checkOptions(owner, options, multiHeadAttentionOptions);
  const { keyPaddingMask, attnMask, needWeights = true, averageAttnWeights = true } = options;
  const { useSeparateProjWeight = false, staticK, staticV, training = true } = options;
  const batched = checkDims(owner, [query, key, value], keyPaddingMask, attnMask);
  checkSizes(owner, [query, key, value], embedDimToCheck, numHeads, useSeparateProjWeight);
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
    k = headsOf(owner, 'staticK', staticK, k, [rows, headDim]);
    v = headsOf(owner, 'staticV', staticV, v, [rows, headDim]);
    if (addZeroAttn) {
      k = withZeros(k);
      v = withZeros(v);
      mask = widened(mask);
      padding = widened(padding);
    }
    const source = k.size(1);
    mask = mergedMask(owner, mask, padding, [batch, numHeads, source]);
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
