import { nn, type Tensor } from '@flambeau/core';

const conv = (from: number, to: number, kernel: number, stride: number, padding: number) =>
  new nn.Conv2d(from, to, kernel, { stride, padding, bias: false });

/** Two 3x3 convolutions around which the input goes, projected where its shape changes. */
class BasicBlock extends nn.Module {
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly relu = new nn.ReLU({ inplace: true });
  readonly conv2: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  readonly downsample: nn.Module | null;

  constructor(from: number, to: number, stride: number) {
    super();
    this.conv1 = conv(from, to, 3, stride, 1);
    this.bn1 = new nn.BatchNorm2d(to);
    this.conv2 = conv(to, to, 3, 1, 1);
    this.bn2 = new nn.BatchNorm2d(to);
    this.downsample =
      stride === 1 && from === to
        ? null
        : new nn.Sequential(conv(from, to, 1, stride, 0), new nn.BatchNorm2d(to));
  }

  protected override forward(input: Tensor): Tensor {
    const inner = this.relu.call(this.bn1.call(this.conv1.call(input)));
    const around = this.downsample?.call(input) ?? input;
    return this.relu.call(this.bn2.call(this.conv2.call(inner)).add_(around));
  }
}

/** A ResNet-34 without its pooling and classifier, the stages' first `width` as wide. */
export function resnetBody(width = 64): nn.Module {
  let from = width;
  const stages = [3, 4, 6, 3].map((blocks, stage) => {
    const to = width * 2 ** stage;
    const made = Array.from({ length: blocks }, (_, i) => {
      const block = new BasicBlock(from, to, i === 0 && stage > 0 ? 2 : 1);
      from = to;
      return block;
    });
    return new nn.Sequential(...made);
  });
  return new nn.Sequential(
    conv(3, width, 7, 2, 3),
    new nn.BatchNorm2d(width),
    new nn.ReLU({ inplace: true }),
    new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    ...stages,
  );
}
