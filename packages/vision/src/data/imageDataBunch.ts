import { join } from 'node:path';
import {
  type AugmentedLoaders,
  checkOptions,
  DatasetType,
  LabeledDataBunch,
  listify,
  type Tensor,
  type Tensors,
  tidy,
} from '@flambeau/core';
import type { Figure, FigureSize } from '../show/figure.js';
import { showImages } from '../show/showImages.js';
import { type CsvTableOptions, readCsvTable } from './csvTable.js';
import { type ImageDataOptions, loaded, splitAtRandom } from './imageDataOptions.js';
import { ImageList, type ImageTableOptions } from './imageList.js';
import { type ImageStats, Normalization, statsOf } from './normalization.js';
import type { TableLike } from './tableLike.js';
import { ttaLoaders } from './ttaLoaders.js';

export interface NormalizeOptions {
  /** Normalises the inputs. Default true. */
  readonly doX?: boolean;
  /** Normalises the targets, which are images then. Default false. */
  readonly doY?: boolean;
}

export interface ImageTableDataOptions extends ImageDataOptions, ImageTableOptions {
  /** The column of labels. Default the second. */
  readonly labelCol?: string;
  /** What stands between the classes of an image that has several. */
  readonly labelDelim?: string;
}

export interface ShowImageBatchOptions {
  /** Of images, which each have as many; fewer where the batch is smaller. Default 5. */
  readonly rows?: number;
  /** Default: training. */
  readonly dsType?: DatasetType;
  /** Of the whole, in inches. Default 4 by 4 for each image. */
  readonly figsize?: FigureSize;
}

/** The loaders of labelled images. */
export class ImageDataBunch extends LabeledDataBunch<ImageList> {
  #normalization: Normalization | undefined;

  /**
   * Images whose folder is their label, in a folder for training and one for validation.
   * @param options `train`, `valid`: their names, default 'train' and 'valid'; with `validPct` all
   * images of `path` are split at random instead. `test`: a folder of images to predict.
   */
  static fromFolder(
    path: string,
    options: ImageDataOptions & {
      readonly train?: string;
      readonly valid?: string;
      readonly test?: string;
    } = {},
  ): ImageDataBunch {
    const { train = 'train', valid = 'valid', test, ...others } = options;
    const isRandom = others.validPct !== undefined;
    const exclude = isRandom && test !== undefined ? [test] : [];
    const items = ImageList.fromFolder(path, { exclude });
    const split = isRandom ? splitAtRandom(items, others) : items.splitByFolder(train, valid);
    const lists = split.labelFromFolder();
    const toPredict = test === undefined ? undefined : ImageList.fromFolder(join(path, test));
    return loaded(toPredict === undefined ? lists : lists.addTest(toPredict), others);
  }

  /** Images of a folder whose label is the first group of a pattern in their path. */
  static fromNameRe(
    path: string,
    pattern: RegExp | string,
    options: ImageDataOptions = {},
  ): ImageDataBunch {
    const items = ImageList.fromFolder(path);
    return loaded(splitAtRandom(items, options).labelFromRe(pattern), options);
  }

  /** Images of a folder whose label a function tells of their path. */
  static fromNameFunc(
    path: string,
    labelOf: (path: string) => unknown,
    options: ImageDataOptions = {},
  ): ImageDataBunch {
    const items = ImageList.fromFolder(path);
    return loaded(splitAtRandom(items, options).labelFromFunc(labelOf), options);
  }

  /** These images with these labels. */
  static fromLists(
    paths: readonly string[],
    labels: readonly unknown[],
    options: ImageDataOptions = {},
  ): ImageDataBunch {
    const items = ImageList.fromPaths(paths);
    return loaded(splitAtRandom(items, options).labelFromList(labels), options);
  }

  /**
   * The images that a table names.
   * @throws DataError for a column that is not there
   */
  static fromDf(table: TableLike, options: ImageTableDataOptions = {}): ImageDataBunch {
    const { cols, folder, suffix, convertMode, labelCol, labelDelim, ...others } = options;
    const { path } = others;
    const items = ImageList.fromDf(table, defined({ path, cols, folder, suffix, convertMode }));
    const label = labelCol ?? items.columnNames[1];
    if (label === undefined) throw new TypeError('fromDf: the table has no column of labels');
    return loaded(splitAtRandom(items, others).labelFromDf(label, defined({ labelDelim })), others);
  }

  /** The images that a CSV file in `path` names, see {@link ImageDataBunch.fromDf}. */
  static fromCsv(
    path: string,
    csvName = 'labels.csv',
    options: ImageTableDataOptions & CsvTableOptions = {},
  ): ImageDataBunch {
    const { delimiter, ...others } = options;
    const table = readCsvTable(join(path, csvName), defined({ delimiter }));
    return ImageDataBunch.fromDf(table, { ...others, path });
  }

  /** What the channels are normalised by; undefined where they are not. */
  get stats(): ImageStats | undefined {
    return this.#normalization?.stats;
  }

  /**
   * Normalises batches on their device, from now on.
   * @param stats such as {@link imagenetStats}; {@link normalizeByBatch} learns them
   * @throws Error when the data are normalised already
   */
  normalize(stats: ImageStats, options: NormalizeOptions = {}): this {
    checkOptions('normalize', options, ['doX', 'doY']);
    if (this.#normalization !== undefined) throw new Error('the images are normalised already');
    const { doX = true, doY = false } = options;
    this.#normalization = new Normalization(stats, doX, doY);
    this.addTfm(this.#normalization.apply);
    return this;
  }

  /** Normalises by the channels of one training batch. */
  async normalizeByBatch(options: NormalizeOptions = {}): Promise<this> {
    const batch = await this.oneBatch();
    try {
      return this.normalize(statsOf(batch[0] as Tensor), options);
    } finally {
      for (const tensor of batch.flatMap(listify)) tensor.dispose();
    }
  }

  /** Images before they were normalised. */
  override denorm(x: Tensors): Tensors {
    return this.#normalization?.doX ? this.#normalization.denormalize(x as Tensor) : x;
  }

  /** For `Learner.tta`: see {@link ttaLoaders}. */
  override get augmented(): AugmentedLoaders {
    return (_learn, { dsType, scale }) => ttaLoaders(this, dsType, scale);
  }

  /**
   * The first images of a part, as the model gets them but not normalised, below their labels. Those
   * of the test part have none.
   * @throws RangeError when there is no such part, or no batch
   */
  async showBatch(options: ShowImageBatchOptions = {}): Promise<Figure> {
    checkOptions('showBatch', options, ['rows', 'dsType', 'figsize']);
    const { rows = 5, dsType = DatasetType.Train, figsize } = options;
    if (!Number.isInteger(rows) || rows < 1) {
      throw new RangeError(`showBatch: rows must be a whole number from 1 up, got ${rows}`);
    }
    const batch = await this.oneBatch(dsType);
    try {
      return tidy(() => {
        const [x, y] = batch as readonly [Tensor, Tensor];
        const count = Math.min(rows ** 2, x.size(0));
        const images = x.narrow(0, 0, count).unbind(0);
        const isLabeled = dsType !== DatasetType.Test;
        const titles = isLabeled ? this.lists.train.y.texts(y.narrow(0, 0, count)) : undefined;
        return showImages(images, { titles, figsize });
      });
    } finally {
      for (const tensor of batch.flatMap(listify)) tensor.dispose();
    }
  }

  override exportState(): Readonly<Record<string, unknown>> {
    const { stats } = this;
    const { x, y } = this.lists.valid;
    return { items: x.exportState(), labels: y.exportState(), stats: stats ?? null };
  }
}

type Defined<Options> = { [Name in keyof Options]: Exclude<Options[Name], undefined> };

/** Only the options that are given. */
function defined<Options extends object>(options: Options): Partial<Defined<Options>> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<Defined<Options>>;
}
