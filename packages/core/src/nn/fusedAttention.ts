/**
 * Note [Fused attention]
 *
 * In evaluation, libtorch has one kernel for self-attention and one for a whole encoder layer.
 * PyTorch's layers use them where nothing is recorded for autograd, and so do ours, under the same
 * conditions, so that numbers agree also where they differ from those of the parts: a step that is
 * padded is 0 behind nested tensors. No part is called on its own then, so none may have hooks.
 */
import type { Handle } from '@flambeau/native';
import { isGradEnabled } from '../autograd/gradMode.js';
import { aten } from '../ops/aten.js';
import { functions } from '../ops/install.js';
import { wrap, wrapOrNull } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { GELU } from './activation.js';
import type { MultiheadAttention } from './attention.js';
import { isAutocasting } from './autocasting.js';
import { relu } from './functional/activations.js';
import { additiveMask, fittedMask } from './functional/attentionMasks.js';
import type { AttentionCall } from './functional/attentionOptions.js';
import { optionalHandle } from './functional/handles.js';
import { ReLU } from './inplaceActivation.js';
import type { AnyModule } from './module.js';
import type { TransformerEncoderLayer } from './transformerEncoder.js';

/** libtorch's code for what a mask is. */
const paddingMask = 1;
const scoresMask = 2;

const owner = 'MultiheadAttention';

/** Whether nothing but numbers is asked for: no graph, no hooks, no autocast. */
function isPlainCall(module: AnyModule, src: Tensor): boolean {
  // Unlike ndim, dim() knows nested tensors.
  if (src.dim() !== 3) return false;
  if (!/^(cpu|cuda)/.test(src.device) || isAutocasting(src.device)) return false;
  if (isGradEnabled() && [src, ...module.parameters()].some((part) => part.requiresGrad)) {
    return false;
  }
  for (const part of module.modules()) if (part.hasCallHooks) return false;
  return true;
}

function hasFusedForm(attention: MultiheadAttention): boolean {
  if (attention.training) return false;
  const { batchFirst, inProjWeight, inProjBias, numHeads, biasK, addZeroAttn } = attention;
  const stacked = inProjWeight !== null && inProjBias !== null;
  return batchFirst && stacked && numHeads % 2 === 0 && biasK === null && !addZeroAttn;
}

/** Both masks as the one that the kernels take, and its code. */
function kernelMask(
  src: Tensor,
  mask: Tensor | null,
  padding: Tensor | null,
  heads: number,
): [mask: Handle | null, type: number | null] {
  if (mask === null) return [padding?.handle ?? null, padding === null ? null : paddingMask];
  const [batch = 0, length = 0] = src.shape;
  const fitted = fittedMask(owner, mask, [batch * heads, length, length]);
  const all =
    mask.ndim === 2
      ? fitted.unsqueeze(0).expand([batch, heads, -1, -1])
      : fitted.view([batch, -1, length, length]);
  const merged = padding === null ? all : all.add(padding.view([batch, 1, 1, length]));
  return [merged.handle, scoresMask];
}

/**
 * Attention of a tensor to itself by the fused kernel.
 * @param src `[batch, length, embedDim]`
 * @returns null where the kernel does not apply
 */
export function fusedAttention(
  attention: MultiheadAttention,
  src: Tensor,
  options: AttentionCall,
): [output: Tensor, weights: Tensor | null] | null {
  const { attnMask, keyPaddingMask, needWeights = true, averageAttnWeights = true } = options;
  const floating = [attnMask, keyPaddingMask].some((mask) => mask?.isFloatingPoint() === true);
  if (floating || (options.isCausal === true && !attnMask)) return null;
  if (!hasFusedForm(attention) || !isPlainCall(attention, src)) return null;
  const { embedDim, numHeads, inProjWeight, inProjBias, outProj } = attention;
  const { dtype } = src;
  if (dtype !== inProjWeight?.dtype) return null;
  const padding = additiveMask(owner, 'keyPaddingMask', keyPaddingMask, dtype, attnMask);
  const mask = additiveMask(owner, 'attnMask', attnMask, dtype);
  const [merged, type] = kernelMask(src, mask, padding, numHeads);
  const [output, weights] = aten('_native_multi_head_attention')(
    src.handle,
    src.handle,
    src.handle,
    embedDim,
    numHeads,
    inProjWeight.handle,
    optionalHandle(owner, 'inProjBias', inProjBias),
    outProj.weight.handle,
    optionalHandle(owner, 'outProj.bias', outProj.bias),
    merged,
    needWeights,
    averageAttnWeights,
    type,
  ) as [Handle, Handle | null];
  return [wrap(output), wrapOrNull(weights)];
}

/** Whether the fused kernel can take the place of this layer for `src`. */
export function canFuseLayer(layer: TransformerEncoderLayer, src: Tensor): boolean {
  const { selfAttn, norm1, norm2 } = layer;
  if (layer.training || !hasFusedForm(selfAttn) || norm1.eps !== norm2.eps) return false;
  return (isRelu(layer) || isGelu(layer)) && isPlainCall(layer, src);
}

function isRelu({ activation }: TransformerEncoderLayer): boolean {
  return activation === relu || activation instanceof ReLU;
}

function isGelu({ activation }: TransformerEncoderLayer): boolean {
  if (activation instanceof GELU) return activation.approximate === 'none';
  return activation === functions.nn.gelu;
}

/** An encoder layer by the fused kernel. @param src `[batch, length, dModel]`, or nested */
export function fusedEncoderLayer(
  layer: TransformerEncoderLayer,
  src: Tensor,
  mask: Tensor | null,
  padding: Tensor | null,
): Tensor {
  const { selfAttn, norm1, norm2, linear1, linear2 } = layer;
  const { inProjWeight, inProjBias, outProj, embedDim, numHeads } = selfAttn;
  const handles = (...tensors: (Tensor | null)[]) =>
    tensors.map((tensor) => optionalHandle('TransformerEncoderLayer', 'parameter', tensor));
  const result = aten('_transformer_encoder_layer_fwd')(
    src.handle,
    embedDim,
    numHeads,
    ...handles(inProjWeight, inProjBias, outProj.weight, outProj.bias),
    isGelu(layer),
    layer.normFirst,
    norm1.eps,
    ...handles(norm1.weight, norm1.bias, norm2.weight, norm2.bias),
    ...handles(linear1.weight, linear1.bias, linear2.weight, linear2.bias),
    ...kernelMask(src, mask, padding, numHeads),
  );
  return wrap(result as Handle);
}

/**
 * The steps that `seen` says as a nested tensor; null where they are not at the beginning of each
 * sequence and `check` looks for that.
 * @param src `[batch, length, dModel]`
 * @param seen bool `[batch, length]`
 */
export function nestedSteps(src: Tensor, seen: Tensor, check: boolean): Tensor | null {
  const [data, mask] = [src.handle, seen.handle];
  if (check && aten('_nested_tensor_from_mask_left_aligned')(data, mask) !== true) return null;
  return wrap(aten('_nested_tensor_from_mask')(data, mask, false) as Handle);
}
