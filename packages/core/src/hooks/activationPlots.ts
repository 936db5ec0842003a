import { lineChart, type Panel } from '../plot/lineChart.js';
import { Plot } from '../plot/plot.js';
import type { Series } from '../plot/series.js';

/** Curves of one layer by training batch: mean, standard deviation, share near zero. */
export function layerStatsPlot(
  layer: string,
  mean: readonly number[],
  std: readonly number[],
  nearZero: readonly number[],
): Plot {
  const panel = (name: string, values: readonly number[]): Panel => ({
    series: [byBatch(name, values)],
    xTitle: 'Batches',
    yTitle: name,
  });
  const panels = [
    panel('Mean', mean),
    panel('Standard deviation', std),
    panel('Share near zero', nearZero),
  ];
  return lineChart(`Activations of ${layer}`, panels, { width: 240, arrange: 'beside' });
}

/**
 * One column of colour for each training batch: ln(1 + activations in each bin), the bin of the
 * smallest ones at the bottom.
 * @param counts by bin and batch
 * @param binWidth the first bin begins at 0
 */
export function histogramPlot(
  layer: string,
  counts: readonly (readonly number[])[],
  binWidth: number,
): Plot {
  const bins = counts.map((row, bin) => ({ start: bin * binWidth, values: row.map(Math.log1p) }));
  const cells = bins.flatMap(({ start, values }) =>
    values.map((value, batch) => ({ batch, start, end: start + binWidth, next: batch + 1, value })),
  );
  const axis = (field: string, title: string) => ({ field, type: 'quantitative', title });
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: 480,
    height: 240,
    data: { values: cells },
    mark: 'rect',
    encoding: {
      x: { ...axis('batch', 'Batches'), scale: { nice: false } },
      x2: { field: 'next' },
      y: axis('start', 'Activation'),
      y2: { field: 'end' },
      color: { ...axis('value', 'ln(1 + count)'), scale: { scheme: 'viridis' } },
    },
  };
  const series = bins.map(({ start, values }) => byBatch(`from ${start}`, values));
  return new Plot(`Activations of ${layer}`, spec, series);
}

function byBatch(name: string, values: readonly number[]): Series {
  return { name, x: values.map((_, batch) => batch), y: values };
}
