import { nn, type Tensor, torch } from '@flambeau/core';
import { classesOf, type DropoutOptions, initLayers, smallNormal } from './architecture.js';

const inplace = { inplace: true };

/** A narrow 1x1 convolution, and what 1x1 and 3x3 ones make of it, side by side. */
export class Fire extends nn.Module {
  readonly squeeze: nn.Conv2d;
  readonly squeezeActivation: nn.ReLU;
  readonly expand1x1: nn.Conv2d;
  readonly expand1x1Activation: nn.ReLU;
  readonly expand3x3: nn.Conv2d;
  readonly expand3x3Activation: nn.ReLU;

  /** @param expand channels of each of the two sides */
  constructor(inChannels: number, squeeze: number, expand: number) {
    super();
    this.squeeze = new nn.Conv2d(inChannels, squeeze, 1);
    this.squeezeActivation = new nn.ReLU(inplace);
    this.expand1x1 = new nn.Conv2d(squeeze, expand, 1);
    this.expand1x1Activation = new nn.ReLU(inplace);
    this.expand3x3 = new nn.Conv2d(squeeze, expand, 3, { padding: 1 });
    this.expand3x3Activation = new nn.ReLU(inplace);
  }

  protected override forward(x: Tensor): Tensor {
    const squeezed = this.squeezeActivation.call(this.squeeze.call(x));
    return torch.cat(
      [
        this.expand1x1Activation.call(this.expand1x1.call(squeezed)),
        this.expand3x3Activation.call(this.expand3x3.call(squeezed)),
      ],
      1,
    );
  }
}

function pool(): nn.MaxPool2d {
  return new nn.MaxPool2d(3, { stride: 2, ceilMode: true });
}

/** A small network of {@link Fire}s (Iandola et al. 2016), named as torchvision's. */
export class SqueezeNet extends nn.Module {
  readonly features: nn.Sequential;
  readonly classifier: nn.Sequential;

  /**
   * @param features end with 512 channels
   * @param options `dropout` is 0.5 unless given
   */
  constructor(features: nn.Sequential, options: DropoutOptions = {}) {
    super();
    const numClasses = classesOf('SqueezeNet', options, ['dropout']);
    const { dropout = 0.5 } = options;
    const last = new nn.Conv2d(512, numClasses, 1);
    this.features = features;
    this.classifier = new nn.Sequential(
      new nn.Dropout(dropout),
      last,
      new nn.ReLU(inplace),
      new nn.AdaptiveAvgPool2d([1, 1]),
    );
    initLayers(this, {
      conv: (weight) =>
        weight === last.weight ? smallNormal(weight) : nn.init.kaimingUniform_(weight),
    });
  }

  protected override forward(images: Tensor): Tensor {
    return this.classifier.call(this.features.call(images)).flatten(1);
  }
}

/** SqueezeNet 1.0: 1,248,424 parameters. Takes images from 21x21 on. */
export function squeezenet1_0(options: DropoutOptions = {}): SqueezeNet {
  const features = new nn.Sequential(
    new nn.Conv2d(3, 96, 7, { stride: 2 }),
    new nn.ReLU(inplace),
    pool(),
    new Fire(96, 16, 64),
    new Fire(128, 16, 64),
    new Fire(128, 32, 128),
    pool(),
    new Fire(256, 32, 128),
    new Fire(256, 48, 192),
    new Fire(384, 48, 192),
    new Fire(384, 64, 256),
    pool(),
    new Fire(512, 64, 256),
  );
  return new SqueezeNet(features, options);
}

/** SqueezeNet 1.1, with less to compute: 1,235,496 parameters. Takes images from 17x17 on. */
export function squeezenet1_1(options: DropoutOptions = {}): SqueezeNet {
  const features = new nn.Sequential(
    new nn.Conv2d(3, 64, 3, { stride: 2 }),
    new nn.ReLU(inplace),
    pool(),
    new Fire(64, 16, 64),
    new Fire(128, 16, 64),
    pool(),
    new Fire(128, 32, 128),
    new Fire(256, 32, 128),
    pool(),
    new Fire(256, 48, 192),
    new Fire(384, 48, 192),
    new Fire(384, 64, 256),
    new Fire(512, 64, 256),
  );
  return new SqueezeNet(features, options);
}
