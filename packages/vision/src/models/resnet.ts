import { nn, type Tensor } from '@flambeau/core';
import { type ArchitectureOptions, classesOf, initLayers, kaimingFanOut } from './architecture.js';
import { BasicBlock, Bottleneck, conv1x1, type ResidualBlockClass } from './residualBlocks.js';

export interface ResNetOptions extends ArchitectureOptions {
  /**
   * The last batch norm of each block begins as 0, so that the block begins as its shortcut (Goyal
   * et al. 2017). Default false.
   */
  readonly zeroInitResidual?: boolean;
  /** Groups of the 3x3 convolutions of bottlenecks. Default 1. */
  readonly groups?: number;
  /** Channels of each group in the first stage. Default 64. */
  readonly widthPerGroup?: number;
}

const ownOptions = ['zeroInitResidual', 'groups', 'widthPerGroup'];

type StageOptions = Pick<ResNetOptions, 'groups' | 'widthPerGroup'>;

/** A residual network (He et al. 2016), laid out and named as torchvision's. */
export class ResNet extends nn.Module {
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly relu: nn.ReLU;
  readonly maxpool: nn.MaxPool2d;
  readonly layer1: nn.Sequential;
  readonly layer2: nn.Sequential;
  readonly layer3: nn.Sequential;
  readonly layer4: nn.Sequential;
  readonly avgpool: nn.AdaptiveAvgPool2d;
  readonly fc: nn.Linear;

  /** @param layers blocks of each of the four stages */
  constructor(
    block: ResidualBlockClass,
    layers: readonly [number, number, number, number],
    options: ResNetOptions = {},
  ) {
    super();
    const numClasses = classesOf('ResNet', options, ownOptions);
    this.conv1 = new nn.Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false });
    this.bn1 = new nn.BatchNorm2d(64);
    this.relu = new nn.ReLU({ inplace: true });
    this.maxpool = new nn.MaxPool2d(3, { stride: 2, padding: 1 });
    const grown = (channels: number) => channels * block.expansion;
    this.layer1 = stage(block, 64, { from: 64, blocks: layers[0], stride: 1 }, options);
    this.layer2 = stage(block, 128, { from: grown(64), blocks: layers[1], stride: 2 }, options);
    this.layer3 = stage(block, 256, { from: grown(128), blocks: layers[2], stride: 2 }, options);
    this.layer4 = stage(block, 512, { from: grown(256), blocks: layers[3], stride: 2 }, options);
    this.avgpool = new nn.AdaptiveAvgPool2d([1, 1]);
    this.fc = new nn.Linear(grown(512), numClasses);
    initLayers(this, { conv: kaimingFanOut });
    if (options.zeroInitResidual) startAsShortcuts(this);
  }

  protected override forward(images: Tensor): Tensor {
    const { layer1, layer2, layer3, layer4 } = this;
    let x = this.maxpool.call(this.relu.call(this.bn1.call(this.conv1.call(images))));
    for (const layer of [layer1, layer2, layer3, layer4]) x = layer.call(x);
    return this.fc.call(this.avgpool.call(x).flatten(1));
  }
}

interface Stage {
  /** Channels that come in. */
  readonly from: number;
  readonly blocks: number;
  /** Of the first block. */
  readonly stride: number;
}

function stage(
  Block: ResidualBlockClass,
  channels: number,
  { from, blocks, stride }: Stage,
  { groups = 1, widthPerGroup = 64 }: StageOptions,
): nn.Sequential {
  const to = channels * Block.expansion;
  const shared = { groups, baseWidth: widthPerGroup };
  const downsample =
    stride === 1 && from === to
      ? null
      : new nn.Sequential(conv1x1(from, to, stride), new nn.BatchNorm2d(to));
  return new nn.Sequential(
    new Block(from, channels, { ...shared, stride, downsample }),
    ...Array.from({ length: blocks - 1 }, () => new Block(to, channels, shared)),
  );
}

function startAsShortcuts(model: ResNet): void {
  for (const module of model.modules()) {
    if (module instanceof Bottleneck) nn.init.zeros_(module.bn3.weight as nn.Parameter);
    else if (module instanceof BasicBlock) nn.init.zeros_(module.bn2.weight as nn.Parameter);
  }
}

/** ResNet-18 (He et al. 2016): 11,689,512 parameters. */
export function resnet18(options: ResNetOptions = {}): ResNet {
  return new ResNet(BasicBlock, [2, 2, 2, 2], options);
}

/** ResNet-34: 21,797,672 parameters. */
export function resnet34(options: ResNetOptions = {}): ResNet {
  return new ResNet(BasicBlock, [3, 4, 6, 3], options);
}

/** ResNet-50: 25,557,032 parameters. */
export function resnet50(options: ResNetOptions = {}): ResNet {
  return new ResNet(Bottleneck, [3, 4, 6, 3], options);
}

/** ResNet-101: 44,549,160 parameters. */
export function resnet101(options: ResNetOptions = {}): ResNet {
  return new ResNet(Bottleneck, [3, 4, 23, 3], options);
}

/** ResNet-152: 60,192,808 parameters. */
export function resnet152(options: ResNetOptions = {}): ResNet {
  return new ResNet(Bottleneck, [3, 8, 36, 3], options);
}

/** ResNeXt-50 of 32 groups (Xie et al. 2017): 25,028,904 parameters. */
export function resnext50_32x4d(options: ResNetOptions = {}): ResNet {
  return new ResNet(Bottleneck, [3, 4, 6, 3], { ...options, groups: 32, widthPerGroup: 4 });
}

/** ResNeXt-101 of 32 groups: 88,791,336 parameters. */
export function resnext101_32x8d(options: ResNetOptions = {}): ResNet {
  return new ResNet(Bottleneck, [3, 4, 23, 3], { ...options, groups: 32, widthPerGroup: 8 });
}

/** A ResNet-50 whose 3x3 convolutions are twice as wide (Zagoruyko 2016): 68,883,240 parameters. */
export function wideResnet50_2(options: ResNetOptions = {}): ResNet {
  return new ResNet(Bottleneck, [3, 4, 6, 3], { ...options, widthPerGroup: 128 });
}

/** A ResNet-101 whose 3x3 convolutions are twice as wide: 126,886,696 parameters. */
export function wideResnet101_2(options: ResNetOptions = {}): ResNet {
  return new ResNet(Bottleneck, [3, 4, 23, 3], { ...options, widthPerGroup: 128 });
}
