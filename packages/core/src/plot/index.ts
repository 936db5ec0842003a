export { type ChartOptions, lineChart, type Panel } from './lineChart.js';
export { type NotebookDisplay, Plot, type VegaLiteSpec } from './plot.js';
export { type Points, type ScatterOptions, scatterChart } from './scatterChart.js';
export type { Series } from './series.js';
