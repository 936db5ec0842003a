import { nn, type Tensor } from '@flambeau/core';
import { BasicBlock } from '../basicBlock.js';

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
