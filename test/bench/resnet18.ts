import { nn, type Tensor } from '@flambeau/core';

/** 3x3, without bias, since a norm follows. */
function convolution(inChannels: number, outChannels: number, stride: number): nn.Conv2d {
  return new nn.Conv2d(inChannels, outChannels, 3, { stride, padding: 1, bias: false });
}

/** Two convolutions beside a shortcut (He et al. 2016). */
class BasicBlock extends nn.Module {
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
      stride === 1
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

/** The layers and names of torchvision's resnet18. */
export class ResNet18 extends nn.Module {
  readonly conv1 = new nn.Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false });
  readonly bn1 = new nn.BatchNorm2d(64);
  readonly relu = new nn.ReLU({ inplace: true });
  readonly maxpool = new nn.MaxPool2d(3, { stride: 2, padding: 1 });
  readonly layer1 = stage(64, 64, 1);
  readonly layer2 = stage(64, 128, 2);
  readonly layer3 = stage(128, 256, 2);
  readonly layer4 = stage(256, 512, 2);
  readonly avgpool = new nn.AdaptiveAvgPool2d(1);
  readonly fc: nn.Linear;

  constructor(classes: number) {
    super();
    this.fc = new nn.Linear(512, classes);
  }

  protected override forward(x: Tensor): Tensor {
    let out = this.maxpool.call(this.relu.call(this.bn1.call(this.conv1.call(x))));
    for (const layer of [this.layer1, this.layer2, this.layer3, this.layer4]) {
      out = layer.call(out);
    }
    return this.fc.call(this.avgpool.call(out).flatten(1));
  }
}

function stage(inChannels: number, channels: number, stride: number): nn.Sequential {
  return new nn.Sequential(
    new BasicBlock(inChannels, channels, stride),
    new BasicBlock(channels, channels, 1),
  );
}
