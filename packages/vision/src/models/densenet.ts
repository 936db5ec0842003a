import { nn, type Tensor } from '@flambeau/core';
import { type ArchitectureOptions, classesOf, initLayers } from './architecture.js';
import { _DenseBlock, _Transition } from './denseBlocks.js';

export interface DenseNetOptions extends ArchitectureOptions {
  /** Dropout after each dense layer. Default 0. */
  readonly dropRate?: number;
}

interface DenseLayout {
  /** Channels that each layer adds. */
  readonly growthRate: number;
  /** Layers of each block. */
  readonly blocks: readonly number[];
  /** Channels of the first convolution. */
  readonly initFeatures: number;
}

/** A densely connected network (Huang et al. 2017), laid out and named as torchvision's. */
export class DenseNet extends nn.Module {
  readonly features: nn.Sequential;
  readonly classifier: nn.Linear;

  constructor(layout: DenseLayout, options: DenseNetOptions = {}) {
    super();
    const numClasses = classesOf('DenseNet', options, ['dropRate']);
    const { growthRate, blocks, initFeatures } = layout;
    const { dropRate = 0 } = options;
    this.features = new nn.Sequential({
      conv0: new nn.Conv2d(3, initFeatures, 7, { stride: 2, padding: 3, bias: false }),
      norm0: new nn.BatchNorm2d(initFeatures),
      relu0: new nn.ReLU({ inplace: true }),
      pool0: new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    });
    let width = initFeatures;
    for (const [i, layers] of blocks.entries()) {
      const block = new _DenseBlock(width, layers, { growthRate, dropRate });
      this.features.addModule(`denseblock${i + 1}`, block);
      width += layers * growthRate;
      if (i === blocks.length - 1) break;
      const half = Math.floor(width / 2);
      this.features.addModule(`transition${i + 1}`, new _Transition(width, half));
      width = half;
    }
    this.features.addModule('norm5', new nn.BatchNorm2d(width));
    this.classifier = new nn.Linear(width, numClasses);
    initLayers(this, { conv: (weight) => nn.init.kaimingNormal_(weight) });
    nn.init.zeros_(this.classifier.bias as nn.Parameter);
  }

  protected override forward(images: Tensor): Tensor {
    const found = nn.functional.relu(this.features.call(images), { inplace: true });
    const pooled = nn.functional.adaptiveAvgPool2d(found, [1, 1]);
    return this.classifier.call(pooled.flatten(1));
  }
}

/** DenseNet-121: 7,978,856 parameters. */
export function densenet121(options: DenseNetOptions = {}): DenseNet {
  return new DenseNet({ growthRate: 32, blocks: [6, 12, 24, 16], initFeatures: 64 }, options);
}

/** DenseNet-161: 28,681,000 parameters. */
export function densenet161(options: DenseNetOptions = {}): DenseNet {
  return new DenseNet({ growthRate: 48, blocks: [6, 12, 36, 24], initFeatures: 96 }, options);
}

/** DenseNet-169: 14,149,480 parameters. */
export function densenet169(options: DenseNetOptions = {}): DenseNet {
  return new DenseNet({ growthRate: 32, blocks: [6, 12, 32, 32], initFeatures: 64 }, options);
}

/** DenseNet-201: 20,013,928 parameters. */
export function densenet201(options: DenseNetOptions = {}): DenseNet {
  return new DenseNet({ growthRate: 32, blocks: [6, 12, 48, 32], initFeatures: 64 }, options);
}
