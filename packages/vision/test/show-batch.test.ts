import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetType, tidy, torch } from '@flambeau/core';
import { type Figure, Image, ImageList, imagenetStats, plotMulti, rotate } from '@flambeau/vision';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithData } from '../../../test/realData.js';
import { expectNoLeaks } from '../../core/test/liveTensors.js';
import { picturesIn, textsIn } from './pictures.js';

expectNoLeaks();

const folder = mkdtempSync(join(tmpdir(), 'flambeau-batch-'));
afterAll(() => rmSync(folder, { recursive: true }));

const kinds = ['ape', 'cat', 'dog'] as const;

/** Twelve images of one colour each: red by their number, green by their kind. */
beforeAll(async () => {
  for (let i = 0; i < 12; i++) {
    const kind = i % 3;
    using image = tidy(() => {
      const colour = torch
        .tensor([20 * i, 100 * kind, 7])
        .div(255)
        .view([3, 1, 1]);
      return new Image(colour.expand([3, 8, 8 + i]).contiguous());
    });
    await image.save(join(folder, `${kinds[kind]}_${i}.png`));
  }
});

/** Three of the images validate; two are a test. */
function makeData() {
  const all = ImageList.fromFolder(folder, { recurse: false });
  const validates = ['cat_4.png', 'ape_3.png', 'dog_2.png'];
  const rows = validates.map((name) => all.paths.indexOf(join(folder, name)));
  const lists = all.splitByIdx(rows).labelFromRe(/([^/]+)_\d+.png$/);
  return lists
    .addTest(all.select([5, 0]))
    .transform([[], []], { size: 8 })
    .databunch({ bs: 6, device: 'cpu' })
    .normalize(imagenetStats);
}

/** The colours in the middle of the pictures. */
async function coloursIn(figure: Figure): Promise<number[][]> {
  const found = await picturesIn(figure);
  return found.map(({ rows, columns, at }) => at(Math.floor(rows / 2), Math.floor(columns / 2)));
}

describe('showBatch', () => {
  it('shows a square of images below their labels, as they were before', async () => {
    using data = makeData();
    const figure = await data.showBatch({ rows: 2 });
    expect(figure.axes.map((row) => row.length)).toEqual([2, 2]);
    expect(figure.figsize).toEqual([8, 8]);
    const titles = textsIn(await figure.toSvg());
    expect(titles).toHaveLength(4);
    for (const [i, [red, green, blue]] of (await coloursIn(figure)).entries()) {
      expect(green).toBe(100 * kinds.indexOf(titles[i] as (typeof kinds)[number]));
      expect([(red as number) % 20, blue]).toEqual([0, 7]);
    }
  });

  it('shows fewer where the batch is smaller', async () => {
    using data = makeData();
    const figure = await data.showBatch({ dsType: DatasetType.Valid, figsize: [4, 4] });
    expect(figure.axes.map((row) => row.length)).toEqual([2, 2]);
    expect(figure.figsize).toEqual([4, 4]);
    expect(await coloursIn(figure)).toEqual([
      [80, 100, 7],
      [60, 0, 7],
      [40, 200, 7],
    ]);
    expect(textsIn(await figure.toSvg())).toEqual(['cat', 'ape', 'dog']);
  });

  it('shows the test without labels', async () => {
    using data = makeData();
    const figure = await data.showBatch({ dsType: DatasetType.Test });
    expect(textsIn(await figure.toSvg())).toEqual([]);
    expect(await picturesIn(figure)).toHaveLength(2);
  });

  it('says what it cannot show', async () => {
    using data = makeData();
    await expect(data.showBatch({ rows: 0 })).rejects.toThrow('rows must be a whole number from 1');
    await expect(data.showBatch({ size: 3 } as object)).rejects.toThrow("no option 'size'");
  });
});

describeWithData('augmentation of a pet', (root) => {
  /** One image turned nine times, by 20 to 45 degrees: how often its first pixel is black. */
  async function blackCorners(paddingMode: 'zeros' | 'reflection'): Promise<number> {
    const all = ImageList.fromFolder(join(root, 'pets', 'images'));
    const lists = all.splitByRandPct(0.2, 2).labelFromRe(/([^/]+)_\d+.jpg$/);
    const tfms = [[rotate({ degrees: [20, 45] })], []] as const;
    using data = lists
      .transform(tfms, { size: [64, 64], paddingMode })
      .databunch({ device: 'cpu' });
    const figure = await plotMulti(
      async (_i, _j, ax) => {
        const [image] = await data.trainDs.get(3);
        image.show({ ax });
        image.dispose();
      },
      3,
      3,
      { figsize: [8, 8] },
    );
    const pictures = await picturesIn(figure);
    expect(new Set(pictures.map(({ bytes }) => Buffer.from(bytes).toString('base64'))).size).toBe(
      9,
    );
    return pictures.filter(({ at }) => at(0, 0).every((byte) => byte === 0)).length;
  }

  it('has black corners with zeros, and mirrored ones with reflection', async () => {
    expect(await blackCorners('zeros')).toBe(9);
    expect(await blackCorners('reflection')).toBe(0);
  });
});
