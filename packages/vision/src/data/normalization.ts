import { type SupervisedBatch, type Tensor, tidy, torch } from '@flambeau/core';

/** Means and standard deviations of the channels. */
export type ImageStats = readonly [means: readonly number[], stds: readonly number[]];

/** Of ImageNet's training images; models that were trained on them expect it. */
export const imagenetStats: ImageStats = [
  [0.485, 0.456, 0.406],
  [0.229, 0.224, 0.225],
];

/** Of CIFAR-10's training images. */
export const cifarStats: ImageStats = [
  [0.491, 0.482, 0.447],
  [0.247, 0.243, 0.261],
];

/** Of MNIST's training images. */
export const mnistStats: ImageStats = [[0.131], [0.308]];

/** Brings the channels of images to mean 0 and deviation 1, and back. */
export class Normalization {
  readonly stats: ImageStats;
  readonly doX: boolean;
  readonly doY: boolean;

  /**
   * @param doX normalises the inputs
   * @param doY normalises the targets, which are images then
   * @throws RangeError unless there are as many deviations as means, all above 0
   */
  constructor(stats: ImageStats, doX: boolean, doY: boolean) {
    const [means, stds] = stats;
    if (means.length === 0 || means.length !== stds.length || !stds.every((std) => std > 0)) {
      throw new RangeError(
        `normalize: expected a mean and a deviation above 0 of each channel, got ` +
          `[${means}] and [${stds}]`,
      );
    }
    this.stats = stats;
    this.doX = doX;
    this.doY = doY;
  }

  /** @param batch images `[n, channels, rows, columns]` */
  readonly apply = ([x, y]: SupervisedBatch): SupervisedBatch => [
    this.doX ? this.normalize(x as Tensor) : x,
    this.doY ? this.normalize(y as Tensor) : y,
  ];

  normalize(images: Tensor): Tensor {
    return tidy(() => {
      const [means, stds] = this.#like(images);
      return images.sub(means).div(stds);
    });
  }

  denormalize(images: Tensor): Tensor {
    return tidy(() => {
      const [means, stds] = this.#like(images);
      return images.mul(stds).add(means);
    });
  }

  /** Statistics of one channel are those of all. @throws RangeError for another number of channels */
  #like({ dtype, device, shape }: Tensor): [means: Tensor, stds: Tensor] {
    const [{ length }, channels] = [this.stats[0], shape[shape.length - 3]];
    if (length !== 1 && length !== channels) {
      throw new RangeError(
        `normalize: the statistics are of ${length} channels, the images have ${channels}`,
      );
    }
    const column = (values: readonly number[]) =>
      torch.tensor([...values], { dtype, device }).view([-1, 1, 1]);
    return [column(this.stats[0]), column(this.stats[1])];
  }
}

/** The channels' means and deviations in a batch of images. */
export function statsOf(images: Tensor): ImageStats {
  return tidy(() => {
    const channels = images.transpose(0, 1).flatten(1);
    return [channels.mean(1).toArray() as number[], channels.std(1).toArray() as number[]];
  });
}
