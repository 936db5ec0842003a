import { nn, type Tensor } from '@flambeau/core';
import {
  classesOf,
  type DropoutOptions,
  initLayers,
  kaimingFanOut,
  smallNormal,
} from './architecture.js';

/** Channels of the convolutions; each list ends with a pooling. */
type Layout = readonly (readonly number[])[];

const inplace = { inplace: true };

/** A network of 3x3 convolutions (Simonyan and Zisserman 2015), named as torchvision's. */
export class VGG extends nn.Module {
  readonly features: nn.Sequential;
  readonly avgpool: nn.AdaptiveAvgPool2d;
  readonly classifier: nn.Sequential;

  /** @param options `dropout` is 0.5 unless given */
  constructor(features: nn.Sequential, options: DropoutOptions = {}) {
    super();
    const numClasses = classesOf('VGG', options, ['dropout']);
    const { dropout = 0.5 } = options;
    this.features = features;
    this.avgpool = new nn.AdaptiveAvgPool2d([7, 7]);
    this.classifier = new nn.Sequential(
      new nn.Linear(512 * 7 * 7, 4096),
      new nn.ReLU(inplace),
      new nn.Dropout(dropout),
      new nn.Linear(4096, 4096),
      new nn.ReLU(inplace),
      new nn.Dropout(dropout),
      new nn.Linear(4096, numClasses),
    );
    initLayers(this, { conv: kaimingFanOut, linear: smallNormal });
  }

  protected override forward(images: Tensor): Tensor {
    return this.classifier.call(this.avgpool.call(this.features.call(images)).flatten(1));
  }
}

function featuresOf(layout: Layout, batchNorm: boolean): nn.Sequential {
  let from = 3;
  const modules: nn.Module[] = [];
  for (const stage of layout) {
    for (const to of stage) {
      modules.push(new nn.Conv2d(from, to, 3, { padding: 1 }));
      if (batchNorm) modules.push(new nn.BatchNorm2d(to));
      modules.push(new nn.ReLU(inplace));
      from = to;
    }
    modules.push(new nn.MaxPool2d(2, { stride: 2 }));
  }
  return new nn.Sequential(...modules);
}

/** Convolutions in each of the five stages. */
const depths = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
} as const;

function vgg(depth: keyof typeof depths, batchNorm: boolean, options: DropoutOptions): VGG {
  const layout = depths[depth].map((count, stage) =>
    new Array<number>(count).fill(Math.min(64 * 2 ** stage, 512)),
  );
  return new VGG(featuresOf(layout, batchNorm), options);
}

/** VGG of 11 layers with weights: 132,863,336 parameters. */
export function vgg11(options: DropoutOptions = {}): VGG {
  return vgg(11, false, options);
}

/** {@link vgg11} with a batch norm after each convolution: 132,868,840 parameters. */
export function vgg11Bn(options: DropoutOptions = {}): VGG {
  return vgg(11, true, options);
}

/** VGG of 13 layers: 133,047,848 parameters. */
export function vgg13(options: DropoutOptions = {}): VGG {
  return vgg(13, false, options);
}

/** {@link vgg13} with a batch norm after each convolution: 133,053,736 parameters. */
export function vgg13Bn(options: DropoutOptions = {}): VGG {
  return vgg(13, true, options);
}

/** VGG of 16 layers: 138,357,544 parameters. */
export function vgg16(options: DropoutOptions = {}): VGG {
  return vgg(16, false, options);
}

/** {@link vgg16} with a batch norm after each convolution: 138,365,992 parameters. */
export function vgg16Bn(options: DropoutOptions = {}): VGG {
  return vgg(16, true, options);
}

/** VGG of 19 layers: 143,667,240 parameters. */
export function vgg19(options: DropoutOptions = {}): VGG {
  return vgg(19, false, options);
}

/** {@link vgg19} with a batch norm after each convolution: 143,678,248 parameters. */
export function vgg19Bn(options: DropoutOptions = {}): VGG {
  return vgg(19, true, options);
}
