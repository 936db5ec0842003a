import { BatchNorm1d } from './batchnorm.js';
import { Dropout } from './dropout.js';
import { Linear } from './linear.js';
import type { Module } from './module.js';

export interface BnDropLinOptions {
  /** Normalises what goes into the linear layer. Default true. */
  bn?: boolean;
  /** The dropout before the linear layer; none for 0. Default 0. */
  p?: number;
  /** The activation after the linear layer. Default none. */
  actn?: Module | null;
}

/** Batch norm, dropout, a linear layer and its activation: what the heads of fast.ai are made of. */
export function bnDropLin(nIn: number, nOut: number, options: BnDropLinOptions = {}): Module[] {
  const { bn = true, p = 0, actn = null } = options;
  const layers: Module[] = [];
  if (bn) layers.push(new BatchNorm1d(nIn));
  if (p !== 0) layers.push(new Dropout(p));
  layers.push(new Linear(nIn, nOut));
  if (actn !== null) layers.push(actn);
  return layers;
}
