import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  Category,
  DataError,
  DatasetType,
  FloatList,
  listify,
  manualSeed,
  type SupervisedBatch,
  type Tensor,
  tidy,
  torch,
} from '@flambeau/core';
import {
  crop,
  defineTransform,
  flipLr,
  getImageFiles,
  getTransforms,
  Image,
  ImageDataBunch,
  ImageList,
  imagenetStats,
  order,
  pad,
  rotate,
} from '@flambeau/vision';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithData } from '../../../test/realData.js';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

expectNoLeaks();

const folder = mkdtempSync(join(tmpdir(), 'flambeau-list-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Twelve images of one colour each, red by their number, of three kinds, in two folders. */
beforeAll(async () => {
  for (const part of ['train', 'valid', 'train/.hidden']) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  for (let i = 0; i < 12; i++) {
    const kind = ['Cat', 'dog', 'ape'][i % 3];
    const pixels = tidy(() => torch.full([3, 10, 8 + i], i / 20, { dtype: 'float32' }));
    using image = new Image(pixels);
    await image.save(join(folder, i < 9 ? 'train' : 'valid', `${kind}_${i}.png`));
  }
  writeFileSync(join(folder, 'train', '.hidden', 'no.png'), '');
  writeFileSync(join(folder, 'notes.txt'), 'Cat_0.png\ndog_4.png\n');
});

const all = () => ImageList.fromFolder(folder);
const kind = /([^/]+)_\d+.png$/;

function disposeOf(batch: SupervisedBatch): void {
  for (const tensor of batch.flatMap(listify)) tensor.dispose();
}

/** The numbers of the images in a batch that is not normalised. */
function numbersIn(images: Tensor): number[] {
  return tidy(() =>
    images.select(1, 0).select(1, 5).select(1, 5).mul(20).round().toArray(),
  ) as number[];
}

describe('files of images', () => {
  it('are found in the order of their code points, hidden ones not', () => {
    const names = getImageFiles(folder).map((path) => basename(path));
    expect(names).toEqual([
      'Cat_0.png',
      'Cat_3.png',
      'Cat_6.png',
      'ape_2.png',
      'ape_5.png',
      'ape_8.png',
      'dog_1.png',
      'dog_4.png',
      'dog_7.png',
      'Cat_9.png',
      'ape_11.png',
      'dog_10.png',
    ]);
    expect(getImageFiles(folder, { include: ['valid'] })).toHaveLength(3);
    expect(getImageFiles(folder, { exclude: ['valid'] })).toHaveLength(9);
    expect(() => getImageFiles(folder, { recurse: false })).toThrow('there are no images in');
    expect(() => getImageFiles(folder, { extensions: ['.jpg'] })).toThrow(DataError);
    expect(() => getImageFiles(join(folder, 'other'))).toThrow("other' cannot be read");
  });

  it('split by folder, by name and by a list of names', () => {
    const split = all().splitByFolder();
    expect([split.train.length, split.valid.length]).toEqual([9, 3]);
    expect(() => all().splitByFolder('train', 'test')).toThrow('no image lies in');
    expect(
      all()
        .splitByFiles(['ape_8.png'])
        .valid.paths.map((it) => basename(it)),
    ).toEqual(['ape_8.png']);
    expect(all().splitByFnameFile('notes.txt').valid.length).toBe(2);
    expect(() => all().splitByFnameFile('none.txt')).toThrow("none.txt' cannot be read");
    expect(() => all().splitByFiles(['Cat_0.jpg', 'x.png'])).toThrow(
      "none of the 2 file names is that of an image, such as 'Cat_0.jpg'",
    );
    expect(all().splitByFiles([]).valid.length).toBe(0);
  });

  it('come from tables', () => {
    const table = {
      name: ['Cat_0', 'dog_1', 'ape_2'],
      size: [1.5, 2, 2.5],
      cut: [false, false, true],
    };
    const list = ImageList.fromDf(table, { path: folder, folder: 'train', suffix: '.png' });
    const lists = list.splitFromDf('cut').labelFromDf('size');
    expect(lists.train.y).toBeInstanceOf(FloatList);
    expect(lists.train.x.paths).toEqual(
      ['Cat_0', 'dog_1'].map((it) => join(folder, 'train', `${it}.png`)),
    );
    lists.dispose();
    expect(() => ImageList.fromDf(table, { cols: 'file' })).toThrow('there is no column "file"');
    expect(() => ImageList.fromDf({ name: ['a', ''] })).toThrow(
      "column 'name', row 1: expected a path",
    );
  });
});

describe('labels', () => {
  it('come from the path', () => {
    using lists = all().splitNone().labelFromRe(kind);
    expect(lists.train.y.classes).toEqual(['Cat', 'ape', 'dog']);
    using byFolder = all().splitNone().labelFromFolder();
    expect(byFolder.train.y.classes).toEqual(['train', 'valid']);
    using byFunc = all()
      .splitNone()
      .labelFromFunc((path) => path.length / 3, { labelCls: FloatList });
    expect(byFunc.train.y.c).toBe(1);
    expect(() =>
      all()
        .splitNone()
        .labelFromRe(/(\d+).jpg$/),
    ).toThrow(/\/\(\\d\+\)\.jpg\$\/ finds no label in '.*Cat_0\.png'/);
  });

  it('are given with the item', async () => {
    using lists = all().splitByFolder().labelFromRe(kind);
    const [image, label] = await lists.train.get(4);
    expect(image.shape).toEqual([3, 10, 13]);
    expect([`${label}`, Number(label)]).toEqual(['ape', 1]);
    expect(label).toBeInstanceOf(Category);
    image.dispose();
    await expect(lists.train.get(9)).rejects.toThrow('from 0 to 8');
  });
});

describe('batches', () => {
  const data = (options: object = {}) =>
    all()
      .splitByFolder()
      .labelFromRe(kind)
      .transform([[flipLr({ p: 0.5 })], []], { size: 8 })
      .databunch({ bs: 4, ...options });

  it('hold images of one size and classes', async () => {
    using bunch = data();
    expect([bunch.trainDl.length, bunch.validDl?.length]).toEqual([2, 1]);
    const batch = await bunch.oneBatch(DatasetType.Valid);
    const [x, y] = batch as [Tensor, Tensor];
    expect([x.shape, x.dtype, y.toArray()]).toEqual([
      [3, 3, 8, 8],
      'float32',
      [0n, 1n, 2n].map(Number),
    ]);
    expect(numbersIn(x)).toEqual([9, 11, 10]);
    disposeOf(batch);
    const fixed = await bunch.oneBatch(DatasetType.Fix);
    expect(numbersIn(fixed[0] as Tensor)).toEqual([0, 3, 6, 2]);
    disposeOf(fixed);
  });

  it('are the same from worker threads', async () => {
    const epoch = async (numWorkers: number) => {
      using bunch = all()
        .splitByFolder()
        .labelFromRe(kind)
        .transform(getTransforms(), { size: 8 })
        .databunch({ bs: 4, numWorkers })
        .normalize(imagenetStats);
      manualSeed(7);
      const sums: number[] = [];
      const batches = bunch.trainDl.batches();
      while (await batches.ready()) {
        sums.push(tidy(() => Number((batches.take()[0] as Tensor).sum().item())));
      }
      await batches.close();
      return sums;
    };
    expect(await epoch(2)).toEqual(await epoch(0));
  });

  it('are normalised on their device, once', async () => {
    using bunch = data().normalize(imagenetStats);
    const batch = await bunch.oneBatch(DatasetType.Valid, { denorm: false });
    const shown = await bunch.oneBatch(DatasetType.Valid);
    tidy(() => {
      const [x, plain] = [batch[0] as Tensor, shown[0] as Tensor];
      const stats = imagenetStats.map((it) => torch.tensor([...it]).view([3, 1, 1])) as [
        Tensor,
        Tensor,
      ];
      expect(plain.sub(stats[0]).div(stats[1]).allclose(x, { atol: 1e-6 })).toBe(true);
    });
    disposeOf(batch);
    disposeOf(shown);
    expect(() => bunch.normalize(imagenetStats)).toThrow('normalised already');
    using other = data();
    expect(() => other.normalize([[0.5], [0]])).toThrow('a deviation above 0');
    using grey = ImageList.fromFolder(folder, { convertMode: 'L' })
      .splitByFolder()
      .labelFromRe(kind)
      .transform([[], []], { size: 8 })
      .databunch({ bs: 4 })
      .normalize(imagenetStats);
    await expect(grey.oneBatch()).rejects.toThrow(
      'the statistics are of 3 channels, the images have 1',
    );
    expect(() => ImageList.fromFolder(folder, { convertMode: 'l' as never })).toThrow(
      "convertMode must be 'RGB', 'L', 'RGBA', got 'l'",
    );
  });

  it("have the reference's normalised values (J102)", async () => {
    using lists = all().splitByFolder().labelFromRe(kind).transform([[], []], { size: 1 });
    using bunch = lists.databunch({ bs: 2 }).normalize(imagenetStats);
    for (const [value, expected] of [
      [0, [-2.117904, -2.035714, -1.804444]],
      [0.5, [0.065502, 0.196429, 0.417778]],
      [1, [2.248908, 2.428571, 2.64]],
    ] as const) {
      tidy(() => {
        const [x] = bunch.oneItem(new Image(torch.full([3, 1, 1], value, { dtype: 'float32' })));
        const found = (x as Tensor).flatten().toArray() as number[];
        for (const [i, it] of expected.entries()) expect(found[i]).toBeCloseTo(it, 5);
      });
    }
  });

  it('are normalised by a batch', async () => {
    using bunch = await data().normalizeByBatch();
    const batch = await bunch.oneBatch(DatasetType.Train, { denorm: false });
    expect(bunch.stats?.[0]).toHaveLength(3);
    disposeOf(batch);
  });

  it('of images to predict are made as those of validation', async () => {
    using lists = all()
      .splitByFolder()
      .labelFromRe(kind)
      .transform([[rotate({ degrees: 30 })], []], { size: 8 });
    const alone = lists.databunch({ bs: 2 });
    tidy(() => {
      const image = new Image(torch.rand([3, 8, 8]));
      expect((alone.oneItem(image)[0] as Tensor).squeeze(0).equal(image.px)).toBe(true);
    });
    using withTest = lists.addTest(ImageList.fromFolder(join(folder, 'valid')));
    const bunch = withTest.databunch({ bs: 2 });
    const batch = await bunch.oneBatch(DatasetType.Test);
    expect(numbersIn(batch[0] as Tensor)).toEqual([9, 11]);
    disposeOf(batch);
  });

  it('name a file that is no image', async () => {
    const bad = join(folder, 'train', 'dog_99.png');
    writeFileSync(bad, 'no image');
    try {
      using bunch = data({ bs: 16 });
      await expect(bunch.oneBatch(DatasetType.Fix)).rejects.toThrow(
        "dog_99.png' cannot be read as an image",
      );
    } finally {
      rmSync(bad);
    }
  });

  it('name a file that cannot be transformed', async () => {
    const tfms = [pad({ padding: 9, mode: 'zeros' }), crop({ size: 27 })];
    using lists = all().splitByFolder().labelFromRe(kind).transform([[], tfms], {});
    using bunch = lists.databunch({ bs: 9 });
    const tooSmall = /Cat_0\.png' cannot be transformed: crop: the image of 28 x 26 is smaller/;
    await expect(bunch.oneBatch(DatasetType.Fix)).rejects.toThrow(tooSmall);
    await expect(all().transformed(tfms).get(0)).rejects.toThrow(tooSmall);
  });

  it('need one size, and known options', async () => {
    using bunch = all().splitByFolder().labelFromRe(kind).databunch({ bs: 4 });
    await expect(bunch.oneBatch()).rejects.toThrow(/stack/);
    const lists = all().splitByFolder().labelFromRe(kind);
    expect(() => lists.transform([[], []], { width: 3 } as never)).toThrow("no option 'width'");
    expect(() => lists.transform([[], []], { size: 0 })).toThrow('whole numbers above 0');
    expect(() => lists.transform([[flipLr] as never, []])).toThrow('expected transforms, such as');
    lists.dispose();
  });

  it('take transforms of one’s own to worker threads only with their source', () => {
    const own = defineTransform<object>({
      name: 'own',
      order: order.pixel,
      defaults: {},
      draws: {},
      apply: () => {},
    });
    using lists = all()
      .splitByFolder()
      .labelFromRe(kind)
      .transform([[own()], []], { size: 8 });
    expect(() => lists.databunch({ numWorkers: 1 })).toThrow('cannot be sent to a worker thread');
  });
});

describe('data in one call', () => {
  const options = { size: 8, bs: 3, validPct: 0.25, seed: 1 };
  const described = (data: ImageDataBunch) => {
    using bunch = data;
    return [bunch.trainDs.length, bunch.validDs.length, bunch.classes];
  };
  const kinds = [9, 3, ['Cat', 'ape', 'dog']];

  it('from names', () => {
    expect(described(ImageDataBunch.fromNameRe(folder, kind, options))).toEqual(kinds);
    const labelOf = (path: string) => basename(path).split('_')[0];
    expect(described(ImageDataBunch.fromNameFunc(folder, labelOf, options))).toEqual(kinds);
    const paths = getImageFiles(folder);
    expect(described(ImageDataBunch.fromLists(paths, paths.map(labelOf), options))).toEqual(kinds);
  });

  it('from folders', () => {
    const sorted = mkdtempSync(join(tmpdir(), 'flambeau-sorted-'));
    try {
      for (const [i, path] of getImageFiles(folder).entries()) {
        const into = i < 8 ? `train/${i % 2 ? 'a' : 'b'}` : i < 10 ? 'valid/a' : 'more';
        mkdirSync(join(sorted, into), { recursive: true });
        copyFileSync(path, join(sorted, into, basename(path)));
      }
      const { validPct, seed, ...plain } = options;
      using data = ImageDataBunch.fromFolder(sorted, {
        ...plain,
        test: 'more',
        dsTfms: getTransforms(),
      });
      expect([data.trainDs.length, data.validDs.length, data.testDl?.length]).toEqual([8, 2, 1]);
      expect(data.classes).toEqual(['a', 'b']);
      using atRandom = ImageDataBunch.fromFolder(sorted, {
        ...plain,
        validPct,
        seed,
        test: 'more',
      });
      expect([atRandom.trainDs.length, atRandom.validDs.length]).toEqual([8, 2]);
    } finally {
      rmSync(sorted, { recursive: true });
    }
  });

  it('from tables', () => {
    const rows = getImageFiles(folder).map(
      (path, i) => `${path.slice(folder.length + 1, -4)},${i % 2},a b`,
    );
    writeFileSync(join(folder, 'labels.csv'), ['name,label,tags', ...rows].join('\n'));
    const table = { ...options, suffix: '.png' };
    expect(described(ImageDataBunch.fromCsv(folder, 'labels.csv', table))).toEqual([9, 3, [0, 1]]);
    const tags = { ...table, labelCol: 'tags', labelDelim: ' ' };
    expect(described(ImageDataBunch.fromCsv(folder, 'labels.csv', tags))).toEqual([
      9,
      3,
      ['a', 'b'],
    ]);
    expect(
      ImageList.fromCsv(folder, 'labels.csv', { suffix: '.png' }).column('label').values[3],
    ).toBe(1);
    expect(() => ImageDataBunch.fromCsv(folder, 'none.csv')).toThrow(
      "none.csv' cannot be read as CSV",
    );
    writeFileSync(join(folder, 'ragged.csv'), 'name,label\na,1,2\n');
    expect(() => ImageDataBunch.fromCsv(folder, 'ragged.csv')).toThrow(DataError);
    expect(() => ImageDataBunch.fromDf({ name: ['a'] })).toThrow('no column of labels');
    expect(() => ImageDataBunch.fromNameRe(folder, kind, { sise: 3 } as never)).toThrow(
      "no option 'sise'",
    );
  });
});

describeWithData('the pets', (data) => {
  it('have 37 breeds, and the lesson’s chain', async () => {
    using bunch = ImageList.fromFolder(join(data, 'pets', 'images'))
      .splitByRandPct(0.2, 2)
      .labelFromRe(/([^/]+)_\d+.jpg$/)
      .transform(getTransforms({ maxRotate: 20, pAffine: 1, pLighting: 1 }), { size: 64 })
      .databunch({ bs: 16 })
      .normalize(imagenetStats);
    expect([bunch.trainDs.length, bunch.validDs.length, bunch.c]).toEqual([296, 74, 37]);
    expect(bunch.classes?.[0]).toBe('Abyssinian');
    expect(bunch.classes?.at(-1)).toBe('yorkshire_terrier');
    const batch = await bunch.oneBatch();
    expect((batch[0] as Tensor).shape).toEqual([16, 3, 64, 64]);
    disposeOf(batch);
  });
});
