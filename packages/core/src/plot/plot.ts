import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { inspect } from 'node:util';
import { notebookDisplay } from './notebookDisplay.js';
import { renderHtml, renderPng, renderSvg } from './render.js';
import type { Series } from './series.js';

/** A Vega-Lite specification, data included: plain JSON. */
export type VegaLiteSpec = Readonly<Record<string, unknown>>;

/** Of the version of Vega-Lite that specifications are for. */
export const vegaLiteSchema = 'https://vega.github.io/schema/vega-lite/v6.json';

/** What tslab's `display` has. */
export interface NotebookDisplay {
  svg(text: string): void;
}

/**
 * A picture as data: its curves, and the specification that draws them. It is drawn when it is
 * asked for. As a notebook's last expression it shows itself in Deno's kernel; in tslab,
 * `await plot.show(tslab.display)` does.
 */
export class Plot {
  readonly title: string;
  readonly spec: VegaLiteSpec;
  readonly series: readonly Series[];

  constructor(title: string, spec: VegaLiteSpec, series: readonly Series[]) {
    this.title = title;
    this.spec = spec;
    this.series = series;
  }

  /** As an SVG document. */
  toSvg(): Promise<string> {
    return renderSvg(this.spec);
  }

  /** As a PNG, `scale` pixels for each of the SVG's. Default 2. */
  async toPng({ scale = 2 }: { scale?: number } = {}): Promise<Uint8Array> {
    return renderPng(await this.toSvg(), scale);
  }

  /** As a page that needs nothing else. */
  async toHtml(): Promise<string> {
    return renderHtml(await this.toSvg(), this.title);
  }

  /**
   * Writes the file, by its name's ending as .svg, .png, .html or, the specification, .json.
   * @throws RangeError for another ending
   */
  async save(path: string): Promise<void> {
    const writers: Readonly<Record<string, () => Promise<string | Uint8Array> | string>> = {
      '.svg': () => this.toSvg(),
      '.png': () => this.toPng(),
      '.html': () => this.toHtml(),
      '.json': () => JSON.stringify(this.spec),
    };
    const write = writers[extname(path)];
    if (write === undefined) {
      throw new RangeError(`a plot is saved as ${Object.keys(writers).join(', ')}; got '${path}'`);
    }
    await writeFile(path, await write());
  }

  /** Shows the picture in a notebook. */
  async show(display: NotebookDisplay): Promise<void> {
    display.svg(await this.toSvg());
  }

  async [notebookDisplay](): Promise<Record<string, unknown>> {
    return { 'image/svg+xml': await this.toSvg(), 'text/plain': inspect(this) };
  }

  [inspect.custom](): string {
    const curves = this.series.map(({ name, x }) => `${name}: ${x.length} points`);
    return `Plot(${this.title}; ${curves.join(', ')})`;
  }
}
