import type { Learner } from '../learner.js';
import type { Bars } from './bars.js';
import { ProgressCallback, type ProgressListener } from './progressCallback.js';
import { alignRow, formatRow } from './table.js';

/** Where progress is printed. */
export interface ProgressOutput extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

/**
 * Prints a table with a line for each epoch, as fast.ai does: in a terminal with bars below it for
 * the epochs and their batches.
 */
export function printedProgress(
  learn: Learner,
  output: ProgressOutput = process.stdout,
): ProgressCallback {
  return new ProgressCallback(learn, printer(output));
}

function printer(output: ProgressOutput): ProgressListener {
  let columns: readonly string[] = [];
  let bars: Bars | undefined;
  const print = (line: string) => {
    if (bars === undefined) output.write(`${line}\n`);
    else bars.log(line);
  };
  return (event) => {
    switch (event.kind) {
      case 'begin':
        columns = event.columns;
        print(alignRow(columns, columns));
        if (!output.isTTY) return;
        return import('./bars.js').then(({ Bars }) => {
          bars = new Bars(output, event.epochs);
        });
      case 'batch':
        bars?.update(event);
        return;
      case 'epoch':
        bars?.epochsDone(event.epoch + 1);
        print(alignRow(formatRow(event, columns), columns));
        return;
      case 'message':
        print(event.text);
        return;
      case 'end':
        bars?.stop();
        bars = undefined;
    }
  };
}
