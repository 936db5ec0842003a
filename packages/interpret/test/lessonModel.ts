import { nn, type Tensor, tensor, tidy } from '@flambeau/core';

/** The model of golden fact J89: a 1x1 convolution to two channels, and a head of two classes. */
export function lessonModel(): nn.Sequential {
  return tidy(() => {
    const conv = new nn.Conv2d(1, 2, 1, { bias: false });
    const linear = new nn.Linear(4, 2, { bias: false });
    setWeight(conv, tensor([1, -2]).reshape([2, 1, 1, 1]));
    setWeight(
      linear,
      tensor([
        [1, 2, 3, 4],
        [0, 1, 0, -1],
      ]),
    );
    const head = new nn.Sequential(new nn.AdaptiveConcatPool2d(1), new nn.Flatten(), linear);
    return new nn.Sequential(new nn.Sequential(conv), head);
  });
}

/** Its input. */
export function lessonInput(): Tensor {
  return tensor([
    [1, 2],
    [3, 5],
  ]).reshape([1, 1, 2, 2]);
}

function setWeight({ weight }: { weight: Tensor }, values: Tensor): void {
  weight.data.copy_(values);
}
