import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { inspect } from 'node:util';
import { type NotebookDisplay, notebookDisplay } from './notebookDisplay.js';
import { renderHtml, renderPng } from './render.js';

/** What a file has in it, by the ending of its name. */
export type PictureWriters = Readonly<Record<string, () => Promise<string | Uint8Array> | string>>;

/**
 * A picture, drawn when it is asked for. As a notebook's last expression it shows itself in Deno's
 * kernel; in tslab, `await picture.show(tslab.display)` does.
 */
export abstract class Picture {
  /** Of the page that {@link Picture.toHtml} makes. */
  abstract readonly title: string;

  /** As an SVG document. */
  abstract toSvg(): Promise<string>;

  /** As a PNG, `scale` pixels for each of the SVG's. Default 2. */
  async toPng({ scale = 2 }: { scale?: number } = {}): Promise<Uint8Array> {
    return renderPng(await this.toSvg(), scale);
  }

  /** As a page that needs nothing else. */
  async toHtml(): Promise<string> {
    return renderHtml(await this.toSvg(), this.title);
  }

  protected get writers(): PictureWriters {
    return {
      '.svg': () => this.toSvg(),
      '.png': () => this.toPng(),
      '.html': () => this.toHtml(),
    };
  }

  /**
   * Writes the file, by its name's ending as .svg, .png or .html.
   * @throws RangeError for another ending
   */
  async save(path: string): Promise<void> {
    const { writers } = this;
    const write = writers[extname(path)];
    if (write === undefined) {
      throw new RangeError(
        `a picture is saved as ${Object.keys(writers).join(', ')}; got '${path}'`,
      );
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

  abstract [inspect.custom](): string;
}
