import { nn, type Tensor } from '@flambeau/core';
import { classesOf, type DropoutOptions } from './architecture.js';

const inplace = { inplace: true };

/** AlexNet with one tower (Krizhevsky 2014), laid out and named as torchvision's. */
export class AlexNet extends nn.Module {
  readonly features: nn.Sequential;
  readonly avgpool: nn.AdaptiveAvgPool2d;
  readonly classifier: nn.Sequential;

  /** @param options `dropout` is 0.5 unless given */
  constructor(options: DropoutOptions = {}) {
    super();
    const numClasses = classesOf('AlexNet', options, ['dropout']);
    const { dropout = 0.5 } = options;
    this.features = new nn.Sequential(
      new nn.Conv2d(3, 64, 11, { stride: 4, padding: 2 }),
      new nn.ReLU(inplace),
      new nn.MaxPool2d(3, { stride: 2 }),
      new nn.Conv2d(64, 192, 5, { padding: 2 }),
      new nn.ReLU(inplace),
      new nn.MaxPool2d(3, { stride: 2 }),
      new nn.Conv2d(192, 384, 3, { padding: 1 }),
      new nn.ReLU(inplace),
      new nn.Conv2d(384, 256, 3, { padding: 1 }),
      new nn.ReLU(inplace),
      new nn.Conv2d(256, 256, 3, { padding: 1 }),
      new nn.ReLU(inplace),
      new nn.MaxPool2d(3, { stride: 2 }),
    );
    this.avgpool = new nn.AdaptiveAvgPool2d([6, 6]);
    this.classifier = new nn.Sequential(
      new nn.Dropout(dropout),
      new nn.Linear(256 * 6 * 6, 4096),
      new nn.ReLU(inplace),
      new nn.Dropout(dropout),
      new nn.Linear(4096, 4096),
      new nn.ReLU(inplace),
      new nn.Linear(4096, numClasses),
    );
  }

  protected override forward(images: Tensor): Tensor {
    return this.classifier.call(this.avgpool.call(this.features.call(images)).flatten(1));
  }
}

/** {@link AlexNet}: 61,100,840 parameters. */
export function alexnet(options: DropoutOptions = {}): AlexNet {
  return new AlexNet(options);
}
