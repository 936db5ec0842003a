import { Plot, vegaLiteSchema } from './plot.js';

/** Points with a text each. */
export interface Points {
  /** Of what is shown. */
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** What each point is. */
  readonly texts: readonly string[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** Writes the texts beside the points. Default true. */
  readonly labels?: boolean;
}

export interface ScatterOptions {
  /** In pixels. Default 480. */
  readonly width?: number;
  /** In pixels. Default 360. */
  readonly height?: number;
}

/** Points in one pair of axes. */
export function scatterChart(
  title: string,
  { name, x, y, texts, xTitle, yTitle, labels = true }: Points,
  { width = 480, height = 360 }: ScatterOptions = {},
): Plot {
  const values = x.map((value, i) => ({ x: value, y: y[i], text: texts[i] }));
  const axis = (field: 'x' | 'y', axisTitle: string) => ({
    field,
    type: 'quantitative',
    title: axisTitle,
    scale: { zero: false },
    axis: { grid: false },
  });
  const encoding = { x: axis('x', xTitle), y: axis('y', yTitle) };
  const text = { field: 'text', type: 'nominal' };
  const points = {
    mark: { type: 'point', filled: true },
    encoding: { ...encoding, tooltip: text },
  };
  const written = {
    mark: { type: 'text', align: 'left', dx: 6, fontSize: 10 },
    encoding: { ...encoding, text },
  };
  const spec = {
    $schema: vegaLiteSchema,
    title,
    width,
    height,
    data: { values },
    layer: labels ? [points, written] : [points],
  };
  return new Plot(title, spec, [{ name, x, y }]);
}
