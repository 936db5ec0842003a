import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DatasetType,
  FloatList,
  Learner,
  manualSeed,
  nn,
  type Tensor,
  tidy,
  torch,
} from '@flambeau/core';
import {
  brightness,
  cropPad,
  flipLr,
  Image,
  ImageList,
  imagenetStats,
  openImage,
  zoom,
} from '@flambeau/vision';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

expectNoLeaks();

const folder = mkdtempSync(join(tmpdir(), 'flambeau-tta-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  for (const part of ['train', 'valid']) mkdirSync(join(folder, part));
  for (let i = 0; i < 6; i++) {
    using image = new Image(tidy(() => torch.rand([3, 12, 15])));
    await image.save(join(folder, i < 4 ? 'train' : 'valid', `${i}.png`));
  }
});

describe('predictions of augmented images', () => {
  it('are those of eight corners, lit as in training', async () => {
    using data = ImageList.fromFolder(folder)
      .splitByFolder()
      .labelFromFunc(() => 0.5, { labelCls: FloatList })
      .transform([[flipLr({ p: 0.5 }), brightness({ change: 0.7 }), zoom({ scale: [1, 2] })], []], {
        size: 8,
      })
      .databunch({ bs: 2 })
      .normalize(imagenetStats);
    manualSeed(1);
    const model = tidy(() => new nn.Sequential(new nn.Flatten(), new nn.Linear(3 * 8 * 8, 1)));
    using learn = new Learner(data, model, { silent: true });
    const [preds, targets] = await learn.tta({ beta: 0.25, scale: 1.5 });

    const expected: number[] = [];
    for (const path of data.validDs.x.paths) {
      using image = await openImage(path);
      const predicted = (input: Image) =>
        tidy(() => {
          const [means, stds] = imagenetStats.map((it) => torch.tensor([...it]).view([3, 1, 1]));
          const x = input.px.sub(means as Tensor).div(stds as Tensor);
          return Number(model.call(x.unsqueeze(0)).item());
        });
      const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => {
        const place = { rowPct: i & 1, colPct: (i >> 1) & 1 };
        const tfms = [brightness({ change: 0.7 }), zoom({ scale: 1.5, ...place }), cropPad(place)];
        return tidy(() =>
          predicted(image.applyTfms([...tfms, flipLr({ p: i & 4 ? 1 : 0 })], { size: 8 })),
        );
      });
      const mean = corners.reduce((sum, it) => sum + it) / 8;
      expected.push(0.25 * tidy(() => predicted(image.applyTfms([], { size: 8 }))) + 0.75 * mean);
    }
    const found = tidy(() => preds.flatten().toArray()) as number[];
    expect(found).toHaveLength(2);
    for (const [i, it] of expected.entries()) expect(found[i]).toBeCloseTo(it, 5);
    await expect(learn.tta({ dsType: DatasetType.Train })).rejects.toThrow('in order');
    for (const tensor of [preds, targets].flat()) tensor.dispose();
    model.dispose();
  });
});
