import { nn, type Tensor } from '@flambeau/core';

/** 3x3, without bias, since a norm follows. */
function convolution(inChannels: number, outChannels: number, stride: number): nn.Conv2d {
  return new nn.Conv2d(inChannels, outChannels, 3, { stride, padding: 1, bias: false });
}

/** Two convolutions beside a shortcut (He et al. 2016). */
export class BasicBlock extends nn.Module {
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly relu = new nn.ReLU({ inplace: true });
  readonly conv2: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  readonly downsample: nn.Sequential | null;

  constructor(inChannels: number, channels: number, stride: number) {
    super();
    this.conv1 = convolution(inChannels, channels, stride);
    this.bn1 = new nn.BatchNorm2d(channels);
    this.conv2 = convolution(channels, channels, 1);
    this.bn2 = new nn.BatchNorm2d(channels);
    this.downsample =
      stride === 1 && inChannels === channels
        ? null
        : new nn.Sequential(
            new nn.Conv2d(inChannels, channels, 1, { stride, bias: false }),
            new nn.BatchNorm2d(channels),
          );
  }

  protected override forward(x: Tensor): Tensor {
    const shortcut = this.downsample === null ? x : this.downsample.call(x);
    const out = this.relu.call(this.bn1.call(this.conv1.call(x)));
    return this.relu.call(this.bn2.call(this.conv2.call(out)).add_(shortcut));
  }
}
