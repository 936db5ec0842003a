import { lineChart } from '../plot/lineChart.js';
import type { Plot } from '../plot/plot.js';
import type { Series } from '../plot/series.js';
import { checkOptions } from '../tensor/options.js';
import { argmin, gradient, type LrSuggestion, suggestLr } from './lrSuggestions.js';
import { say } from './progress/progressCallback.js';
import type { Recorder } from './recorder.js';

/** Batches that are left out of a plot. */
export interface TrimOptions {
  /** At the start. Default 0. */
  readonly skipStart?: number;
  /** At the end. Default 0. */
  readonly skipEnd?: number;
}

export interface PlotLrFindOptions {
  /** Batches that are left out at the start. Default 10. */
  readonly skipStart?: number;
  /** Batches that are left out at the end. Default 5. */
  readonly skipEnd?: number;
  /** Marks where the loss falls most, and says the rate there. Default false. */
  readonly suggestion?: boolean;
  /** Default false. */
  readonly showGrid?: boolean;
}

export interface PlotLrOptions extends TrimOptions {
  /** Shows the momentum beside. Default false. */
  readonly showMoms?: boolean;
}

const trimOptions = ['skipStart', 'skipEnd'];

/** Loss by learning rate. @returns the plot, and the rate where the loss falls most */
export function plotLrFind(
  recorder: Recorder,
  options: PlotLrFindOptions,
): { plot: Plot; minGradLr: number | undefined } {
  checkOptions('plot', options, [...trimOptions, 'suggestion', 'showGrid']);
  const { skipStart = 10, skipEnd = 5, suggestion = false, showGrid = false } = options;
  const x = trim(recorder.lrs, skipStart, skipEnd);
  const y = trim(recorder.losses, skipStart, skipEnd);
  const place = suggestion ? steepest(recorder, x, y) : undefined;
  const marked = place === undefined ? undefined : markAt(place, x, y);
  const panel = { xTitle: 'Learning Rate', yTitle: 'Loss', logX: true, grid: showGrid, marked };
  const plot = lineChart('Learning rate finder', [{ ...panel, series: [{ name: 'Loss', x, y }] }]);
  return { plot, minGradLr: place === undefined ? undefined : x[place] };
}

function markAt(place: number, x: readonly number[], y: readonly number[]): Series {
  return { name: 'Min numerical gradient', x: [x[place] as number], y: [y[place] as number] };
}

/** Where the loss falls most from batch to batch; says its rate, and a tenth of the best one. */
function steepest(
  { learn }: Recorder,
  lrs: readonly number[],
  losses: readonly number[],
): number | undefined {
  if (losses.length < 2) {
    say(learn, 'Failed to compute the gradients, there might not be enough points.');
    return undefined;
  }
  const place = argmin(gradient(losses));
  say(learn, `Min numerical gradient: ${scientific(lrs[place] as number)}`);
  say(learn, `Min loss divided by 10: ${scientific((lrs[argmin(losses)] as number) / 10)}`);
  return place;
}

/** As Python's `.2E`: 6.31E-07. */
function scientific(value: number): string {
  const [mantissa, exponent] = value.toExponential(2).split('e') as [string, string];
  return `${mantissa}E${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** The smoothed loss of each training batch, and the validation's loss after each epoch. */
export function plotLosses(recorder: Recorder, options: TrimOptions): Plot {
  checkOptions('plotLosses', options, trimOptions);
  const { skipStart = 0, skipEnd = 0 } = options;
  const train = { name: 'Train', ...overBatches(recorder.losses, skipStart, skipEnd) };
  const epochs = epochsWithin(recorder, skipStart, skipEnd).filter(
    ([, epoch]) => recorder.valLosses[epoch] !== null,
  );
  const valid = { name: 'Validation', ...overEpochs(epochs, recorder.valLosses) };
  const series = valid.x.length > 0 ? [train, valid] : [train];
  return lineChart('Losses', [{ series, xTitle: 'Batches processed', yTitle: 'Loss' }]);
}

/** The learning rate, and the momentum, of each batch. */
export function plotLr(recorder: Recorder, options: PlotLrOptions): Plot {
  checkOptions('plotLr', options, [...trimOptions, 'showMoms']);
  const { skipStart = 0, skipEnd = 0, showMoms = false } = options;
  const panel = (yTitle: string, values: readonly (number | null)[]) => ({
    series: [{ name: yTitle, ...overBatches(values, skipStart, skipEnd) }],
    xTitle: 'Iterations',
    yTitle,
  });
  const panels = [panel('Learning Rate', recorder.lrs)];
  if (showMoms) panels.push(panel('Momentum', recorder.moms));
  return lineChart('Learning rate', panels, { arrange: 'beside' });
}

/** Each metric in a panel of its own. @throws RangeError when there are none */
export function plotMetrics(recorder: Recorder, options: TrimOptions): Plot {
  checkOptions('plotMetrics', options, trimOptions);
  const { skipStart = 0, skipEnd = 0 } = options;
  const epochs = epochsWithin(recorder, skipStart, skipEnd).filter(
    ([, epoch]) => (recorder.metrics[epoch]?.length ?? 0) > 0,
  );
  if (epochs.length === 0) throw new RangeError('There are no metrics to plot.');
  const panels = recorder.metricNames.map((name, i) => {
    const values = recorder.metrics.map((metrics) => metrics[i] ?? null);
    const series = [{ name, ...overEpochs(epochs, values) }];
    return { series, xTitle: 'Batches processed', yTitle: name };
  });
  return lineChart('Metrics', panels);
}

/**
 * The rates that a rate finder's losses suggest. The first tenth of its batches is left out, and
 * the last five, and what comes after a NaN.
 */
export function suggestLrs(
  recorder: Recorder,
  methods: readonly LrSuggestion[],
  numIt: number,
): Record<LrSuggestion, number> {
  const losses = trim(recorder.losses, Math.floor(numIt / 10), 5);
  const lrs = trim(recorder.lrs, Math.floor(numIt / 10), 5);
  const broken = losses.findIndex((loss) => Number.isNaN(loss));
  const end = broken < 0 ? losses.length : broken;
  const suggestions = methods.map((method) => {
    const suggest = suggestLr[method];
    if (suggest === undefined) {
      const known = Object.keys(suggestLr).join(', ');
      throw new RangeError(`a suggestion is one of ${known}, got '${method}'`);
    }
    return [method, suggest(lrs.slice(0, end), losses.slice(0, end))];
  });
  return Object.fromEntries(suggestions) as Record<LrSuggestion, number>;
}

function overBatches(
  values: readonly (number | null)[],
  skipStart: number,
  skipEnd: number,
): Pick<Series, 'x' | 'y'> {
  const y = trim(values, skipStart, skipEnd);
  return { x: y.map((_, i) => skipStart + i), y };
}

function overEpochs(
  epochs: readonly (readonly [batches: number, epoch: number])[],
  values: readonly (number | null)[],
): Pick<Series, 'x' | 'y'> {
  return {
    x: epochs.map(([batches]) => batches),
    y: epochs.map(([, epoch]) => values[epoch] ?? null),
  };
}

/** Epochs that end within the batches which are shown, with the number of batches until then. */
function epochsWithin(
  { nbBatches }: Recorder,
  skipStart: number,
  skipEnd: number,
): [batches: number, epoch: number][] {
  const ends: [batches: number, epoch: number][] = [];
  let sum = 0;
  for (const [epoch, count] of nbBatches.entries()) {
    sum += count;
    ends.push([sum, epoch]);
  }
  return ends.filter(([batches]) => batches >= skipStart && sum - batches >= skipEnd);
}

function trim<T>(values: readonly T[], skipStart: number, skipEnd: number): T[] {
  return values.slice(skipStart, Math.max(values.length - skipEnd, 0));
}
