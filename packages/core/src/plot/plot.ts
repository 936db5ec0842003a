import { inspect } from 'node:util';
import { Picture, type PictureWriters } from './picture.js';
import { renderSvg } from './render.js';
import type { Series } from './series.js';

/** A Vega-Lite specification, data included: plain JSON. */
export type VegaLiteSpec = Readonly<Record<string, unknown>>;

/** Of the version of Vega-Lite that specifications are for. */
export const vegaLiteSchema = 'https://vega.github.io/schema/vega-lite/v6.json';

/**
 * A picture as data: its curves, and the specification that draws them. It is saved as .json too:
 * the specification.
 */
export class Plot extends Picture {
  override readonly title: string;
  readonly spec: VegaLiteSpec;
  readonly series: readonly Series[];

  constructor(title: string, spec: VegaLiteSpec, series: readonly Series[]) {
    super();
    this.title = title;
    this.spec = spec;
    this.series = series;
  }

  override toSvg(): Promise<string> {
    return renderSvg(this.spec);
  }

  protected override get writers(): PictureWriters {
    return { ...super.writers, '.json': () => JSON.stringify(this.spec) };
  }

  override [inspect.custom](): string {
    const curves = this.series.map(({ name, x }) => `${name}: ${x.length} points`);
    return `Plot(${this.title}; ${curves.join(', ')})`;
  }
}
