import { join } from 'node:path';
import { tidy, torch } from '@flambeau/core';
import {
  getTransforms,
  Image,
  type ImageDataBunch,
  ImageList,
  imagenetStats,
} from '@flambeau/vision';

/** Writes images `class00_0.png` … of 40x48 pixels, those of a class in one colour with some noise. */
export async function writeImages(folder: string, classes: number, each: number): Promise<void> {
  for (let label = 0; label < classes; label++) {
    for (let i = 0; i < each; i++) {
      using image = tidy(() => {
        const colour = torch.tensor([label / classes, 1 - label / classes, 0.5]).view([3, 1, 1]);
        return new Image(colour.add(torch.randn([3, 40, 48]).mul(0.05)).clamp(0, 1));
      });
      await image.save(join(folder, `class${String(label).padStart(2, '0')}_${i}.png`));
    }
  }
}

/** The images of a folder, the last of each class for validation, by ImageNet's statistics. */
export function dataOf(folder: string, size: number, bs: number): ImageDataBunch {
  return ImageList.fromFolder(folder)
    .splitByValidFunc((path) => path.endsWith('_1.png'))
    .labelFromRe('([^/]+)_\\d+.png$')
    .transform(getTransforms({ maxWarp: 0 }), { size })
    .databunch({ bs, device: 'cpu' })
    .normalize(imagenetStats);
}
