import { join } from 'node:path';
import {
  type Column,
  checkOptions,
  DataError,
  type data,
  ItemList,
  type Rows,
  type SplitItems,
  type SupervisedBatch,
  type Tensor,
  torch,
} from '@flambeau/core';
import { type ConvertMode, checkConvertMode, decode } from '../image/decode.js';
import { Image } from '../image/image.js';
import { applyTfms } from '../transforms/applyTfms.js';
import type { RandTransform, TransformDefinition } from '../transforms/randTransform.js';
import {
  checkTransforms,
  type TransformOptions,
  transformOptions,
} from '../transforms/transformOptions.js';
import { type CsvTableOptions, readCsvTable } from './csvTable.js';
import { linesOf, rowsIn, rowsNamed } from './fileRows.js';
import { ImageDataBunch } from './imageDataBunch.js';
import { ImageDataset } from './imageDataset.js';
import { getImageFiles, type ImageFilesOptions, imageFilesOptions } from './imageFiles.js';
import { type ItemTransforms, inputOf, untransformed } from './itemTransforms.js';
import { columnNamed, columnsOf, type TableLike } from './tableLike.js';
import { exportTransforms, importTransforms, type TransformState } from './transformState.js';

export interface ImageListOptions {
  /** Channels. Default 'RGB'. */
  readonly convertMode?: ConvertMode;
}

export interface ImageTableOptions extends ImageListOptions {
  /** The folder that the paths in the table are relative to, and models are written to. Default the current one. */
  readonly path?: string;
  /** The column with the paths, by name or place. Default the first. */
  readonly cols?: string | number;
  /** A folder in `path`. */
  readonly folder?: string;
  /** What the names of the files end with, where the table leaves it out. */
  readonly suffix?: string;
}

/** What an image list consists of. */
interface Parts {
  readonly paths: readonly string[];
  readonly path: string;
  readonly transforms: ItemTransforms;
  readonly columns: ReadonlyMap<string, readonly unknown[]>;
}

/** Image files, which become tensors of one size. */
export class ImageList extends ItemList<string, Image> {
  override readonly bunchClass = ImageDataBunch;
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    super();
    this.#parts = parts;
  }

  /**
   * The images in a folder, see {@link getImageFiles}.
   * @throws DataError for a folder without images
   */
  static fromFolder(path: string, options: ImageListOptions & ImageFilesOptions = {}): ImageList {
    checkOptions('ImageList.fromFolder', options, ['convertMode', ...imageFilesOptions]);
    const { convertMode, ...files } = options;
    return ImageList.fromPaths(getImageFiles(path, files), {
      path,
      ...(convertMode && { convertMode }),
    });
  }

  /**
   * These image files.
   * @param options `path` is the folder that models are written to
   */
  static fromPaths(
    paths: readonly string[],
    options: ImageListOptions & { readonly path?: string } = {},
  ): ImageList {
    checkOptions('ImageList.fromPaths', options, ['convertMode', 'path']);
    const { convertMode = 'RGB', path = '.' } = options;
    const transforms = read(convertMode);
    return new ImageList({ paths, path, transforms, columns: new Map() });
  }

  /**
   * The images that a table names, whose other columns can be labels.
   * @throws DataError for a column that is not there, and for a row without a path
   */
  static fromDf(table: TableLike, options: ImageTableOptions = {}): ImageList {
    checkOptions('ImageList.fromDf', options, ['convertMode', 'path', 'cols', 'folder', 'suffix']);
    const { path = '.', cols = 0, folder = '.', suffix = '', convertMode = 'RGB' } = options;
    const columns = columnsOf(table);
    const { name, values } = columnNamed(columns, cols);
    const paths = values.map((value, row) => {
      if (typeof value === 'string' && value !== '') return join(path, folder, `${value}${suffix}`);
      throw new DataError(`column '${name}', row ${row}: expected a path, got ${value}`);
    });
    const transforms = read(convertMode);
    return new ImageList({ paths, path, transforms, columns });
  }

  /** The images that a CSV file in `path` names, see {@link ImageList.fromDf}. */
  static fromCsv(
    path: string,
    csvName = 'labels.csv',
    options: Omit<ImageTableOptions, 'path'> & CsvTableOptions = {},
  ): ImageList {
    const { delimiter, ...others } = options;
    const table = readCsvTable(join(path, csvName), delimiter === undefined ? {} : { delimiter });
    return ImageList.fromDf(table, { ...others, path });
  }

  /** No images, but how those became inputs that exported the state. */
  static fromState(
    state: Readonly<Record<string, unknown>>,
    options: { readonly path?: string; readonly own?: readonly TransformDefinition<object>[] } = {},
  ): ImageList {
    const { path = '.', own = [] } = options;
    const transforms = importTransforms(state as unknown as TransformState, own);
    return new ImageList({ paths: [], path, transforms, columns: new Map() });
  }

  /** The files. */
  get paths(): readonly string[] {
    return this.#parts.paths;
  }

  get path(): string {
    return this.#parts.path;
  }

  get length(): number {
    return this.paths.length;
  }

  /** How images of the list become inputs. */
  get transforms(): ItemTransforms {
    return this.#parts.transforms;
  }

  /** An image, read and transformed anew each time. @throws DataError for a file that is none */
  override async get(index: number): Promise<Image> {
    const path = this.paths[index] as string;
    const raw = await decode(path, this.transforms.decoding);
    return new Image(inputOf(path, raw, this.transforms));
  }

  override items(): Iterable<string> {
    return this.paths;
  }

  /** The columns of the table that the list is from; none where it is from a folder. */
  get columnNames(): readonly string[] {
    return [...this.#parts.columns.keys()];
  }

  override column(name: string): Column {
    return columnNamed(this.#parts.columns, name);
  }

  override select(rows: Rows): this {
    const pick = <Value>(values: readonly Value[]) =>
      Array.from(rows, (row) => values[row] as Value);
    return this.#with({
      paths: pick(this.paths),
      columns: new Map(
        [...this.#parts.columns].map(([name, values]) => [name, pick(values)] as const),
      ),
    });
  }

  override learn(): void {}

  override adopt(_trained: this): void {}

  override madeAs(other: this): this {
    return this.#with({ transforms: other.transforms });
  }

  /**
   * The same images with transforms that each goes through when it is read.
   * @throws TypeError for an unknown option, and for what is no transform
   * @throws RangeError for an option out of its range
   */
  override transformed(tfms: readonly RandTransform[], options: TransformOptions = {}): this {
    checkOptions('transform', options, transformOptions);
    checkTransforms('transform', tfms, options);
    return this.#with({ transforms: { ...this.transforms, tfms, options } });
  }

  override dataset(targets: Tensor): data.Dataset<SupervisedBatch> {
    return new ImageDataset(this.paths, targets, this.transforms);
  }

  /** @returns float32 `[images, channels, rows, columns]` */
  override inputsOf(images: readonly Image[]): Tensor {
    const { tfms, options } = this.transforms;
    return torch.stack(images.map(({ px }) => applyTfms(px, tfms, options)));
  }

  override exportState(): Readonly<Record<string, unknown>> {
    return { ...exportTransforms(this.transforms) };
  }

  // --- splits by files

  /**
   * Images of these file names validate.
   * @throws DataError when no image has one of them
   */
  splitByFiles(names: Iterable<string>): SplitItems<this> {
    return this.splitByIdx(rowsNamed(this.paths, names));
  }

  /**
   * Images whose file names a text file lists, one a line, validate.
   * @throws DataError for a file that cannot be read, and when no image has one of the names
   */
  splitByFnameFile(file: string, folder: string = this.path): SplitItems<this> {
    return this.splitByFiles(linesOf(join(folder, file)));
  }

  /**
   * Images in these folders of the list's folder train and validate; others are left out.
   * @throws DataError when one of them has no image of the list
   */
  splitByFolder(train = 'train', valid = 'valid'): SplitItems<this> {
    const { paths, path } = this;
    return this.splitByIdxs(rowsIn(paths, path, train), rowsIn(paths, path, valid));
  }

  #with(parts: Partial<Parts>): this {
    return new ImageList({ ...this.#parts, ...parts }) as this;
  }
}

/** How files of these channels are read, before they are transformed. */
function read(convertMode: ConvertMode): ItemTransforms {
  checkConvertMode(convertMode);
  return { ...untransformed, decoding: { convertMode } };
}
