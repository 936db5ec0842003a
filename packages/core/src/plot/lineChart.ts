import { Plot, type VegaLiteSpec, vegaLiteSchema } from './plot.js';
import type { Series } from './series.js';

/** Curves in one pair of axes. */
export interface Panel {
  readonly series: readonly Series[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** A logarithmic x axis, its ticks as `%.0e`. Default false. */
  readonly logX?: boolean;
  /** Default false. */
  readonly grid?: boolean;
  /** Points that are pointed out. */
  readonly marked?: Series;
}

export interface ChartOptions {
  /** Of each panel, in pixels. Default 480. */
  readonly width?: number;
  /** Of each panel, in pixels. Default 300. */
  readonly height?: number;
  /** Whether several panels are below one another, or beside. Default 'below'. */
  readonly arrange?: 'below' | 'beside';
}

/** Curves, in one panel or in several. */
export function lineChart(
  title: string,
  panels: readonly Panel[],
  { width = 480, height = 300, arrange = 'below' }: ChartOptions = {},
): Plot {
  const specs = panels.map((panel) => ({ width, height, ...panelSpec(panel) }));
  const content =
    specs.length === 1 ? specs[0] : { [arrange === 'below' ? 'vconcat' : 'hconcat']: specs };
  const series = panels.flatMap((panel) => [
    ...panel.series,
    ...(panel.marked ? [panel.marked] : []),
  ]);
  return new Plot(title, { $schema: vegaLiteSchema, ...content }, series);
}

function panelSpec(panel: Panel): VegaLiteSpec {
  const { series, xTitle, yTitle, logX = false, grid = false, marked } = panel;
  const x = {
    field: 'x',
    type: 'quantitative',
    title: xTitle,
    scale: logX ? { type: 'log', nice: false } : { nice: false, zero: false },
    axis: { grid, ...(logX ? logAxis(series) : {}) },
  };
  const y = {
    field: 'y',
    type: 'quantitative',
    title: yTitle,
    scale: { zero: false },
    axis: { grid },
  };
  const colour = { field: 'name', type: 'nominal', title: null, sort: null };
  const encoding = { x, y, ...(series.length > 1 ? { color: colour } : {}) };
  const layer: VegaLiteSpec[] = [{ data: { values: pointsOf(series) }, mark: 'line', encoding }];
  // A line needs two points.
  const single = series.filter((curve) => curve.x.length === 1);
  if (single.length > 0) {
    layer.push({
      data: { values: pointsOf(single) },
      mark: { type: 'point', filled: true },
      encoding,
    });
  }
  if (marked !== undefined) {
    const mark = { type: 'point', filled: true, color: 'red', size: 100, opacity: 1 };
    layer.push({ data: { values: pointsOf([marked]) }, mark, encoding: { x, y } });
  }
  return { layer };
}

/** JSON has no NaN and no Infinity: they are gaps too. */
function pointsOf(series: readonly Series[]): object[] {
  return series.flatMap(({ name, x, y }) =>
    x.map((value, i) => {
      const at = y[i] ?? null;
      return { name, x: value, y: at !== null && Number.isFinite(at) ? at : null };
    }),
  );
}

/** Ticks at the powers of ten; where there are less than two, also at twice and five times them. */
function logAxis(series: readonly Series[]): object {
  const all = series.flatMap(({ x }) => x);
  const [low, high] = [all.reduce(min, Infinity), all.reduce(max, 0)];
  const first = Math.floor(Math.log10(low));
  const powers = Array.from(
    { length: Math.max(Math.ceil(Math.log10(high)) - first + 1, 0) },
    (_, i) => first + i,
  );
  const within = (factors: readonly number[]) =>
    powers
      .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
      .filter((tick) => tick >= low && tick <= high);
  const decades = within([1]);
  return {
    values: decades.length > 1 ? decades : within([1, 2, 5]),
    // As C's %.0e: an exponent has two digits at least.
    labelExpr: "replace(format(datum.value, '.0e'), regexp('([+-])([0-9])$'), '$10$2')",
  };
}

const min = (a: number, b: number) => Math.min(a, b);
const max = (a: number, b: number) => Math.max(a, b);
