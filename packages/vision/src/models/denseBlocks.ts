import { nn, type Tensor, torch } from '@flambeau/core';

// The names begin with an underscore because torchvision's do, and a printed model shows them.

const bnSize = 4;

export interface DenseBlockOptions {
  /** Channels that each layer adds. */
  readonly growthRate: number;
  /** Dropout of what a layer adds. */
  readonly dropRate: number;
}

/** Makes new channels of all channels before it. */
export class _DenseLayer extends nn.Module {
  readonly norm1: nn.BatchNorm2d;
  readonly relu1: nn.ReLU;
  readonly conv1: nn.Conv2d;
  readonly norm2: nn.BatchNorm2d;
  readonly relu2: nn.ReLU;
  readonly conv2: nn.Conv2d;
  readonly dropRate: number;

  constructor(inChannels: number, { growthRate, dropRate }: DenseBlockOptions) {
    super();
    const inner = bnSize * growthRate;
    this.norm1 = new nn.BatchNorm2d(inChannels);
    this.relu1 = new nn.ReLU({ inplace: true });
    this.conv1 = new nn.Conv2d(inChannels, inner, 1, { bias: false });
    this.norm2 = new nn.BatchNorm2d(inner);
    this.relu2 = new nn.ReLU({ inplace: true });
    this.conv2 = new nn.Conv2d(inner, growthRate, 3, { padding: 1, bias: false });
    this.dropRate = dropRate;
  }

  protected override forward(features: Tensor): Tensor {
    const inner = this.conv1.call(this.relu1.call(this.norm1.call(features)));
    const made = this.conv2.call(this.relu2.call(this.norm2.call(inner)));
    if (this.dropRate === 0) return made;
    return nn.functional.dropout(made, this.dropRate, { training: this.training });
  }
}

/** Layers `denselayer1` …, each of which adds channels. */
export class _DenseBlock extends nn.Module {
  constructor(inChannels: number, layers: number, options: DenseBlockOptions) {
    super();
    for (let i = 0; i < layers; i++) {
      const layer = new _DenseLayer(inChannels + i * options.growthRate, options);
      this.addModule(`denselayer${i + 1}`, layer);
    }
  }

  protected override forward(input: Tensor): Tensor {
    const features = [input];
    for (const layer of this.children()) {
      features.push((layer as _DenseLayer).call(torch.cat(features, 1)));
    }
    return torch.cat(features, 1);
  }
}

/** Halves the grid, and brings the channels to another number. */
export class _Transition extends nn.Sequential {
  constructor(inChannels: number, outChannels: number) {
    super({
      norm: new nn.BatchNorm2d(inChannels),
      relu: new nn.ReLU({ inplace: true }),
      conv: new nn.Conv2d(inChannels, outChannels, 1, { bias: false }),
      pool: new nn.AvgPool2d(2, { stride: 2 }),
    });
  }
}
