import { noGrad } from '../autograd/gradMode.js';
import { AdaptiveAvgPool2d } from './adaptivePool.js';
import { type InitFunction, initDefault } from './applyInit.js';
import { BatchNorm2d } from './batchnorm.js';
import { Sequential } from './container.js';
import { Conv2d } from './conv.js';
import { Flatten } from './flatten.js';
import { kaimingNormal_ } from './init.js';
import { ReLU } from './inplaceActivation.js';

export interface ConvLayerOptions {
  /** Default 1. */
  stride?: number;
  /** Default half of the kernel, so that stride 1 keeps an odd kernel's size. */
  padding?: number;
  /** Default: only without batch norm. */
  bias?: boolean;
  /** Batch norm behind the activation. Default true. */
  bn?: boolean;
  /** A ReLU. Default true. */
  useActiv?: boolean;
  /** Of the convolution. Default {@link kaimingNormal_}. */
  init?: InitFunction;
}

/** fast.ai's convolution, ReLU and batch norm, in this order: `[batch, ni, *]` to `[batch, nf, *]`. */
export function convLayer(
  ni: number,
  nf: number,
  ks = 3,
  options: ConvLayerOptions = {},
): Sequential {
  const { stride = 1, padding = (ks - 1) >> 1, bn = true, bias = !bn, useActiv = true } = options;
  const conv = new Conv2d(ni, nf, ks, { stride, padding, bias });
  return new Sequential(
    initDefault(conv, options.init ?? kaimingNormal_),
    ...(useActiv ? [new ReLU({ inplace: true })] : []),
    ...(bn ? [new BatchNorm2d(nf)] : []),
  );
}

/** The mean of each channel: `[batch, channels, height, width]` to `[batch, channels]`. */
export function poolFlatten(): Sequential {
  return new Sequential(new AdaptiveAvgPool2d(1), new Flatten());
}

export interface SimpleCnnOptions {
  /** Default 3 each. */
  kernelSzs?: readonly number[];
  /** Default 2 each. */
  strides?: readonly number[];
  /** Batch norm in all layers but the last. Default false. */
  bn?: boolean;
}

/**
 * A {@link convLayer} from each number of channels to the next, then {@link poolFlatten}.
 * @throws RangeError unless there is one kernel size and stride for each layer
 */
export function simpleCnn(actns: readonly number[], options: SimpleCnnOptions = {}): Sequential {
  const layers = actns.length - 1;
  const {
    kernelSzs = Array(layers).fill(3),
    strides = Array(layers).fill(2),
    bn = false,
  } = options;
  if (layers < 1 || kernelSzs.length !== layers || strides.length !== layers) {
    throw new RangeError(
      `simpleCnn: ${actns.length} numbers of channels need ${layers} kernel sizes and strides, ` +
        `got ${kernelSzs.length} and ${strides.length}`,
    );
  }
  const convolutions = actns.slice(1).map((nf, i) =>
    convLayer(actns[i] as number, nf, kernelSzs[i], {
      stride: strides[i] as number,
      bn: bn && i < layers - 1,
    }),
  );
  return new Sequential(...convolutions, poolFlatten());
}

/** A batch norm that begins with the bias 0.001, and with the weight 0 where `zero`, else 1. */
export function batchnorm2d(nf: number, { zero = false }: { zero?: boolean } = {}): BatchNorm2d {
  const norm = new BatchNorm2d(nf);
  noGrad(() => {
    norm.bias?.fill_(1e-3);
    norm.weight?.fill_(zero ? 0 : 1);
  });
  return norm;
}
