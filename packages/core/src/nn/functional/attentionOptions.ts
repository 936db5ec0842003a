import type { Tensor } from '../../tensor/tensor.js';

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

export const multiHeadAttentionOptions = [
  ...attentionOptions,
  'training',
  'useSeparateProjWeight',
  'qProjWeight',
  'kProjWeight',
  'vProjWeight',
  'staticK',
  'staticV',
];
