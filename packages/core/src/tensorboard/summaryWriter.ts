import { join } from 'node:path';
import { checkOptions } from '../tensor/options.js';
import { Tensor } from '../tensor/tensor.js';
import { EventFile, type EventFileOptions } from './eventFile.js';
import { histogramOf } from './histogram.js';
import type { SummaryValue } from './messages.js';
import { encodePng } from './png.js';

export type SummaryWriterOptions = EventFileOptions;

export interface AddOptions {
  /** When it was, in seconds since 1970. Default: now. */
  walltime?: number;
}

/**
 * Writes what TensorBoard shows, as PyTorch's class of that name. After {@link close} the next
 * value begins another file in the same folder, which TensorBoard reads as its continuation.
 */
export class SummaryWriter {
  /** The run's folder. */
  readonly logDir: string;
  readonly #options: SummaryWriterOptions;
  /** By folder: {@link addScalars} has one for each of its curves. */
  readonly #files = new Map<string, EventFile>();

  constructor(logDir: string, options: SummaryWriterOptions = {}) {
    checkOptions('SummaryWriter', options, ['maxQueue', 'flushSecs', 'filenameSuffix']);
    this.logDir = logDir;
    this.#options = options;
  }

  /**
   * Adds a point to a curve; it is kept as float32.
   * @throws TorchError for a tensor of more than one element
   */
  addScalar(tag: string, value: number | Tensor, step?: number, options?: AddOptions): void {
    this.#add(this.logDir, { tag, scalar: numberOf(value) }, step, options);
  }

  /** Adds a point to each of several curves in one chart: runs of their own, `<tag>_<name>`. */
  addScalars(
    tag: string,
    values: Readonly<Record<string, number | Tensor>>,
    step?: number,
    options?: AddOptions,
  ): void {
    for (const [name, value] of Object.entries(values)) {
      const folder = join(this.logDir, `${tag.replaceAll('/', '_')}_${name}`);
      this.#add(folder, { tag, scalar: numberOf(value) }, step, options);
    }
  }

  /**
   * Adds the distribution of all elements of a tensor.
   * @throws TorchValueError for no elements
   */
  addHistogram(tag: string, values: Tensor, step?: number, options?: AddOptions): void {
    this.#add(this.logDir, { tag, histogram: histogramOf(values) }, step, options);
  }

  /**
   * Adds a picture.
   * @param image `[C, H, W]` of 1, 3 or 4 channels, or `[H, W]`; floating numbers are from 0 to 1,
   * whole ones from 0 to 255, others are clipped
   * @throws TorchValueError for other shapes
   */
  addImage(tag: string, image: Tensor, step?: number, options?: AddOptions): void {
    this.#add(this.logDir, { tag, picture: encodePng(image) }, step, options);
  }

  /** Adds a text, which is shown as Markdown. */
  addText(tag: string, text: string, step?: number, options?: AddOptions): void {
    this.#add(this.logDir, { tag: `${tag}/text_summary`, text }, step, options);
  }

  /** Writes what was collected. */
  flush(): void {
    for (const file of this.#files.values()) file.flush();
  }

  /** Writes what was collected and ends the files. Idempotent. */
  close(): void {
    this.flush();
    this.#files.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #add(folder: string, value: SummaryValue, step?: number, options: AddOptions = {}): void {
    checkOptions('SummaryWriter', options, ['walltime']);
    let file = this.#files.get(folder);
    if (file === undefined) {
      file = new EventFile(folder, this.#options);
      this.#files.set(folder, file);
    }
    const { walltime = Date.now() / 1000 } = options;
    file.add({ wallTime: walltime, step, content: { value } });
  }
}

function numberOf(value: number | Tensor): number {
  return value instanceof Tensor ? Number(value.item()) : value;
}
