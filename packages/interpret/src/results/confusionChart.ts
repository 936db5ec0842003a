import { checkOptions, plot } from '@flambeau/core';

export interface ConfusionChartOptions {
  /** Shares of the actual class instead of counts. Default false. */
  readonly normalize?: boolean;
  /** Default 'Confusion matrix'. */
  readonly title?: string;
  /** A colour scheme of Vega, in any case: 'Blues', 'Greens', 'Viridis'. Default 'Blues'. */
  readonly cmap?: string;
  /** Digits of a share after the point. Default 2. */
  readonly normDec?: number;
  /** Writes the numbers into the cells. Default true. */
  readonly plotTxt?: boolean;
  /** Of a cell, in pixels. Default 48 for up to 10 classes, less for more, at least 14. */
  readonly cell?: number;
}

const chartOptions = [
  'normalize',
  'title',
  'cmap',
  'normDec',
  'plotTxt',
  'cell',
] as const satisfies readonly (keyof ConfusionChartOptions)[];

/**
 * A confusion matrix as a picture: a row for each actual class from above, a column for each
 * predicted one. Numbers above half of the largest are white. A class without items has no shares.
 */
export function confusionChart(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
  options: ConfusionChartOptions = {},
): plot.Plot {
  checkOptions('plotConfusionMatrix', options, chartOptions);
  const { normalize = false, title = 'Confusion matrix', cmap = 'Blues' } = options;
  const { normDec = 2, plotTxt = true, cell = cellFor(classes.length) } = options;
  const matrix = normalize ? counts.map(sharesOf) : counts;
  const values = matrix.flatMap((row, actual) =>
    row.map((value, predicted) => ({
      actual,
      predicted,
      value: Number.isNaN(value) ? null : value,
      text: textOf(value, normalize ? normDec : 0),
    })),
  );
  const largest = values.reduce((most, { value }) => Math.max(most, value ?? 0), 0);
  const axis = (field: 'actual' | 'predicted', name: string, labelAngle: number) => ({
    field,
    type: 'ordinal',
    title: name,
    axis: { labelExpr: `${JSON.stringify(classes)}[datum.value]`, labelAngle },
  });
  const encoding = { x: axis('predicted', 'Predicted', -90), y: axis('actual', 'Actual', 0) };
  const scale = { scheme: cmap.toLowerCase(), domainMin: 0 };
  const colour = { field: 'value', type: 'quantitative', title: null, scale, legend: null };
  const cells = { mark: 'rect', encoding: { ...encoding, color: colour } };
  const white = { test: `datum.value > ${largest / 2}`, value: 'white' };
  const texts = {
    mark: { type: 'text', fontSize: Math.min(11, cell * 0.45) },
    encoding: {
      ...encoding,
      text: { field: 'text', type: 'nominal' },
      color: { condition: white, value: 'black' },
    },
  };
  const spec = {
    $schema: plot.vegaLiteSchema,
    title,
    width: { step: cell },
    height: { step: cell },
    data: { values },
    layer: plotTxt ? [cells, texts] : [cells],
  };
  const series = matrix.map((row, actual) => ({
    name: classes[actual] as string,
    x: row.map((_, predicted) => predicted),
    y: row,
  }));
  return new plot.Plot(title, spec, series);
}

function sharesOf(row: readonly number[]): number[] {
  const all = row.reduce((sum, count) => sum + count, 0);
  return row.map((count) => count / all);
}

function textOf(value: number, digits: number): string {
  return Number.isNaN(value) ? '' : value.toFixed(digits);
}

function cellFor(classes: number): number {
  return Math.max(14, Math.min(48, 480 / classes));
}
