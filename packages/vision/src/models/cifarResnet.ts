import { checkOptions, nn, type Tensor } from '@flambeau/core';
import { type ArchitectureOptions, initLayers } from './architecture.js';
import { conv3x3 } from './residualBlocks.js';

/** Two 3x3 convolutions beside a shortcut without parameters (He et al. 2016, option A). */
export class CifarBlock extends nn.Module {
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly conv2: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  /** Channels that the shortcut lacks on each side; they are 0. */
  readonly lacking: number;

  constructor(inChannels: number, channels: number, stride: number) {
    super();
    this.conv1 = conv3x3(inChannels, channels, stride);
    this.bn1 = new nn.BatchNorm2d(channels);
    this.conv2 = conv3x3(channels, channels);
    this.bn2 = new nn.BatchNorm2d(channels);
    this.lacking = (channels - inChannels) / 2;
  }

  protected override forward(x: Tensor): Tensor {
    const { relu } = nn.functional;
    const inner = relu(this.bn1.call(this.conv1.call(x)));
    return relu(this.bn2.call(this.conv2.call(inner)).add(this.shortcut(x)));
  }

  /** Every second pixel, and channels of zeros around, where the block makes the grid smaller. */
  private shortcut(x: Tensor): Tensor {
    const { lacking } = this;
    if (lacking === 0) return x;
    const pixels = x.slice(2, 0, null, 2).slice(3, 0, null, 2);
    return nn.functional.pad(pixels, [0, 0, 0, 0, lacking, lacking]);
  }
}

/** The residual network for images of 32x32 pixels (He et al. 2016, section 4.2). */
export class CifarResNet extends nn.Module {
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly layer1: nn.Sequential;
  readonly layer2: nn.Sequential;
  readonly layer3: nn.Sequential;
  readonly linear: nn.Linear;

  /**
   * @param blocks of each of the three stages
   * @param options `numClasses` is 10 unless given
   */
  constructor(blocks: number, options: ArchitectureOptions = {}) {
    super();
    checkOptions('CifarResNet', options, ['numClasses']);
    const { numClasses = 10 } = options;
    this.conv1 = conv3x3(3, 16);
    this.bn1 = new nn.BatchNorm2d(16);
    this.layer1 = stage(16, 16, blocks);
    this.layer2 = stage(16, 32, blocks);
    this.layer3 = stage(32, 64, blocks);
    this.linear = new nn.Linear(64, numClasses);
    const kaiming: nn.InitFunction = (weight) => nn.init.kaimingNormal_(weight);
    initLayers(this, { conv: kaiming, linear: kaiming });
  }

  protected override forward(images: Tensor): Tensor {
    let x = nn.functional.relu(this.bn1.call(this.conv1.call(images)));
    for (const layer of [this.layer1, this.layer2, this.layer3]) x = layer.call(x);
    return this.linear.call(x.mean([2, 3]));
  }
}

function stage(from: number, to: number, blocks: number): nn.Sequential {
  const others = Array.from({ length: blocks - 1 }, () => new CifarBlock(to, to, 1));
  return new nn.Sequential(new CifarBlock(from, to, from === to ? 1 : 2), ...others);
}

/** {@link CifarResNet} of 20 layers: 269,722 parameters. */
export function cifarResnet20(options: ArchitectureOptions = {}): CifarResNet {
  return new CifarResNet(3, options);
}

/** {@link CifarResNet} of 56 layers: 853,018 parameters. */
export function cifarResnet56(options: ArchitectureOptions = {}): CifarResNet {
  return new CifarResNet(9, options);
}
