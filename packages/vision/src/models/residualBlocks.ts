import { nn, type Tensor } from '@flambeau/core';

export interface ResidualBlockOptions {
  /** Of the convolution that makes the grid smaller. Default 1. */
  readonly stride?: number;
  /** Brings the input to the output's shape. Default null: they have the same. */
  readonly downsample?: nn.Sequential | null;
  /** Of the 3x3 convolution of a {@link Bottleneck}. Default 1. */
  readonly groups?: number;
  /** Channels of that convolution's groups, for every 64 of the block. Default 64. */
  readonly baseWidth?: number;
}

/** A block of a ResNet, and how many times its channels it gives. */
export interface ResidualBlockClass {
  readonly expansion: number;
  new (inChannels: number, channels: number, options?: ResidualBlockOptions): ResidualBlock;
}

export type ResidualBlock = BasicBlock | Bottleneck;

/** Without bias, since a batch norm follows. */
export function conv3x3(from: number, to: number, stride = 1, groups = 1): nn.Conv2d {
  return new nn.Conv2d(from, to, 3, { stride, padding: 1, groups, bias: false });
}

/** Without bias, since a batch norm follows. */
export function conv1x1(from: number, to: number, stride = 1): nn.Conv2d {
  return new nn.Conv2d(from, to, 1, { stride, bias: false });
}

/** Two 3x3 convolutions beside a shortcut (He et al. 2016). */
export class BasicBlock extends nn.Module {
  static readonly expansion = 1;
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly relu: nn.ReLU;
  readonly conv2: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  readonly downsample: nn.Sequential | null;

  /** @throws RangeError for groups, and for another width than 64: it has none of its own */
  constructor(inChannels: number, channels: number, options: ResidualBlockOptions = {}) {
    super();
    const { stride = 1, downsample = null, groups = 1, baseWidth = 64 } = options;
    if (groups !== 1 || baseWidth !== 64) {
      throw new RangeError(
        `BasicBlock: groups must be 1 and baseWidth 64, got ${groups} and ${baseWidth}`,
      );
    }
    this.conv1 = conv3x3(inChannels, channels, stride);
    this.bn1 = new nn.BatchNorm2d(channels);
    this.relu = new nn.ReLU({ inplace: true });
    this.conv2 = conv3x3(channels, channels);
    this.bn2 = new nn.BatchNorm2d(channels);
    this.downsample = downsample;
  }

  protected override forward(x: Tensor): Tensor {
    const inner = this.relu.call(this.bn1.call(this.conv1.call(x)));
    const out = this.bn2.call(this.conv2.call(inner));
    return this.relu.call(out.add_(this.downsample?.call(x) ?? x));
  }
}

/** A 1x1, a 3x3 and a 1x1 convolution beside a shortcut (He et al. 2016); the 3x3 has the stride. */
export class Bottleneck extends nn.Module {
  static readonly expansion = 4;
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly conv2: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  readonly conv3: nn.Conv2d;
  readonly bn3: nn.BatchNorm2d;
  readonly relu: nn.ReLU;
  readonly downsample: nn.Sequential | null;

  constructor(inChannels: number, channels: number, options: ResidualBlockOptions = {}) {
    super();
    const { stride = 1, downsample = null, groups = 1, baseWidth = 64 } = options;
    const width = Math.trunc((channels * baseWidth) / 64) * groups;
    const outChannels = channels * Bottleneck.expansion;
    this.conv1 = conv1x1(inChannels, width);
    this.bn1 = new nn.BatchNorm2d(width);
    this.conv2 = conv3x3(width, width, stride, groups);
    this.bn2 = new nn.BatchNorm2d(width);
    this.conv3 = conv1x1(width, outChannels);
    this.bn3 = new nn.BatchNorm2d(outChannels);
    this.relu = new nn.ReLU({ inplace: true });
    this.downsample = downsample;
  }

  protected override forward(x: Tensor): Tensor {
    const narrow = this.relu.call(this.bn1.call(this.conv1.call(x)));
    const inner = this.relu.call(this.bn2.call(this.conv2.call(narrow)));
    const out = this.bn3.call(this.conv3.call(inner));
    return this.relu.call(out.add_(this.downsample?.call(x) ?? x));
  }
}
