export { type ChartOptions, lineChart, type Panel } from './lineChart.js';
export { type NotebookDisplay, notebookDisplay } from './notebookDisplay.js';
export { Picture, type PictureWriters } from './picture.js';
export { Plot, type VegaLiteSpec, vegaLiteSchema } from './plot.js';
export { escapeMarkup } from './render.js';
export { type Points, type ScatterOptions, scatterChart } from './scatterChart.js';
export type { Series } from './series.js';
