import { nn, type Tensor } from '@flambeau/core';
import {
  classesOf,
  type DropoutOptions,
  initLayers,
  kaimingFanOut,
  smallNormal,
} from './architecture.js';

export interface MobileNetV2Options extends DropoutOptions {
  /** Multiplies the channels, which are then rounded to multiples of 8. Default 1. */
  readonly widthMult?: number;
}

interface ConvNormOptions {
  /** Default 3. */
  readonly kernelSize?: number;
  /** Default 1. */
  readonly stride?: number;
  /** Default 1. */
  readonly groups?: number;
}

/** A convolution that keeps the grid for a stride of 1, batch norm and ReLU6. */
export class Conv2dNormActivation extends nn.Sequential {
  constructor(inChannels: number, outChannels: number, options: ConvNormOptions = {}) {
    const { kernelSize = 3, stride = 1, groups = 1 } = options;
    const padding = (kernelSize - 1) / 2;
    super(
      new nn.Conv2d(inChannels, outChannels, kernelSize, { stride, padding, groups, bias: false }),
      new nn.BatchNorm2d(outChannels),
      new nn.ReLU6({ inplace: true }),
    );
  }
}

/** Widens the channels, convolves each by itself, and narrows them, beside a shortcut. */
export class InvertedResidual extends nn.Module {
  readonly conv: nn.Sequential;
  /** Where in and out have the same shape. */
  readonly useResConnect: boolean;

  /** @param expandRatio how many times wider the inner channels are */
  constructor(inChannels: number, outChannels: number, stride: number, expandRatio: number) {
    super();
    const inner = Math.round(inChannels * expandRatio);
    this.conv = new nn.Sequential(
      ...(expandRatio === 1
        ? []
        : [new Conv2dNormActivation(inChannels, inner, { kernelSize: 1 })]),
      new Conv2dNormActivation(inner, inner, { stride, groups: inner }),
      new nn.Conv2d(inner, outChannels, 1, { bias: false }),
      new nn.BatchNorm2d(outChannels),
    );
    this.useResConnect = stride === 1 && inChannels === outChannels;
  }

  protected override forward(x: Tensor): Tensor {
    return this.useResConnect ? x.add(this.conv.call(x)) : this.conv.call(x);
  }
}

/** The nearest multiple of 8, but not less than nine tenths of `channels`. */
function toMultipleOf8(channels: number): number {
  const nearest = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return nearest < 0.9 * channels ? nearest + 8 : nearest;
}

/** Ratio, channels, blocks, and stride of the first block (Sandler et al. 2018, table 2). */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** A network for small devices (Sandler et al. 2018), laid out and named as torchvision's. */
export class MobileNetV2 extends nn.Module {
  readonly features: nn.Sequential;
  readonly classifier: nn.Sequential;

  /** @param options `dropout` is 0.2 unless given */
  constructor(options: MobileNetV2Options = {}) {
    super();
    const numClasses = classesOf('MobileNetV2', options, ['dropout', 'widthMult']);
    const { dropout = 0.2, widthMult = 1 } = options;
    let from = toMultipleOf8(32 * widthMult);
    const features: nn.Module[] = [new Conv2dNormActivation(3, from, { stride: 2 })];
    for (const [ratio, channels, blocks, stride] of stages) {
      const to = toMultipleOf8(channels * widthMult);
      for (let i = 0; i < blocks; i++) {
        features.push(new InvertedResidual(from, to, i === 0 ? stride : 1, ratio));
        from = to;
      }
    }
    const last = toMultipleOf8(1280 * Math.max(1, widthMult));
    features.push(new Conv2dNormActivation(from, last, { kernelSize: 1 }));
    this.features = new nn.Sequential(...features);
    this.classifier = new nn.Sequential(new nn.Dropout(dropout), new nn.Linear(last, numClasses));
    initLayers(this, { conv: kaimingFanOut, linear: smallNormal });
  }

  protected override forward(images: Tensor): Tensor {
    const pooled = nn.functional.adaptiveAvgPool2d(this.features.call(images), [1, 1]);
    return this.classifier.call(pooled.flatten(1));
  }
}

/** {@link MobileNetV2}: 3,504,872 parameters. */
export function mobilenetV2(options: MobileNetV2Options = {}): MobileNetV2 {
  return new MobileNetV2(options);
}
