import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Learner, nn, tidy, torch } from '@flambeau/core';
import { Image, type ImageDataBunch, ImageList, imagenetStats } from '@flambeau/vision';

/** Ten random pictures in a folder of their own: five called cat, five dog. */
export async function withPictures(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  try {
    for (let i = 0; i < 10; i++) {
      using image = tidy(() => new Image(torch.rand([3, 24, 32])));
      await image.save(join(folder, `${i}_${i % 2 === 0 ? 'cat' : 'dog'}.png`));
    }
    await action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Them as data; the last six validate. */
export function pictureData(folder: string): ImageDataBunch {
  return ImageList.fromFolder(folder)
    .splitByIdx([4, 5, 6, 7, 8, 9])
    .labelFromFunc((path) => (path.includes('_cat') ? 'cat' : 'dog'))
    .databunch({ bs: 2, valBs: 4, device: 'cpu' })
    .normalize(imagenetStats);
}

/** A small Sequential(body, head) on them. */
export function pictureLearner(data: ImageDataBunch, classes = 2): Learner<nn.Sequential> {
  const model = tidy(() => {
    const body = new nn.Sequential(
      new nn.Conv2d(3, 4, 3, { stride: 4, padding: 1 }),
      new nn.BatchNorm2d(4),
      new nn.ReLU({ inplace: true }),
    );
    return new nn.Sequential(body, nn.createHead(8, classes, { linFtrs: [] }));
  });
  return new Learner(data, model, { silent: true });
}
