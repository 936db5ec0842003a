import { nn } from '@flambeau/core';
import { BasicBlock } from '../../../test/basicBlock.js';

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
    new nn.Conv2d(3, width, 7, { stride: 2, padding: 3, bias: false }),
    new nn.BatchNorm2d(width),
    new nn.ReLU({ inplace: true }),
    new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    ...stages,
  );
}
