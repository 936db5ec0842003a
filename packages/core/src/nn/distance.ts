import { functions } from '../ops/install.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

type Pair = [x1: Tensor, x2: Tensor];

export interface PairwiseDistanceOptions {
  /** The p of the norm. Default 2. */
  p?: number;
  /** Added to the differences. Default 1e-6. */
  eps?: number;
  /** Keeps the last dimension, with size 1. Default false. */
  keepdim?: boolean;
}

/** The p-norm of x1 - x2 + eps along the last dimension: `[*, features]` to `[*]`. */
export class PairwiseDistance extends Module<Pair> {
  readonly norm: number;
  readonly eps: number;
  readonly keepdim: boolean;

  constructor(options: PairwiseDistanceOptions = {}) {
    super();
    this.norm = options.p ?? 2;
    this.eps = options.eps ?? 1e-6;
    this.keepdim = options.keepdim ?? false;
  }

  protected override forward(x1: Tensor, x2: Tensor): Tensor {
    return functions.torch.pairwiseDistance(x1, x2, this.norm, this.eps, this.keepdim);
  }
}

export interface CosineSimilarityOptions {
  /** The dimension that holds the features. Default 1. */
  dim?: number;
  /** The least norm. Default 1e-8. */
  eps?: number;
}

/** x1 · x2 / (max(|x1|, eps) max(|x2|, eps)) along a dimension, which is then gone. */
export class CosineSimilarity extends Module<Pair> {
  readonly dim: number;
  readonly eps: number;

  constructor(options: CosineSimilarityOptions = {}) {
    super();
    this.dim = options.dim ?? 1;
    this.eps = options.eps ?? 1e-8;
  }

  protected override forward(x1: Tensor, x2: Tensor): Tensor {
    return functions.torch.cosineSimilarity(x1, x2, this.dim, this.eps);
  }
}
