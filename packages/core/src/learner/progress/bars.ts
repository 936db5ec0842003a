import { MultiBar, type SingleBar } from 'cli-progress';
import type { ProgressEvent } from './progressCallback.js';
import { formatTime } from './table.js';

const format =
  '{name} : |{bar}| {percentage}% [{value}/{total} {duration_formatted}<{eta_formatted} {comment}]';

/** Two bars at the foot of a terminal: the epochs, and the batches of the present one. */
export class Bars {
  readonly #bars: MultiBar;
  readonly #epochs: SingleBar;
  readonly #batches: SingleBar;
  #train = true;
  #epoch = 0;

  constructor(stream: NodeJS.WritableStream, epochs: number) {
    this.#bars = new MultiBar({
      format,
      stream,
      clearOnComplete: true,
      // Lines that are logged push the bars down, so they are to be drawn even if they are as before.
      forceRedraw: true,
      // What a signal does is the program's own business; so nothing is to be restored then.
      gracefulExit: false,
      linewrap: true,
      formatTime: (seconds) => (Number.isFinite(seconds) ? formatTime(seconds) : '--:--'),
    });
    this.#epochs = this.#bars.create(epochs, 0, { name: 'Epochs', comment: '' });
    this.#batches = this.#bars.create(0, 0, { name: 'train ', comment: '' });
  }

  update({ epoch, train, batch, batches, smoothLoss }: ProgressEvent & { kind: 'batch' }): void {
    if (train !== this.#train || epoch !== this.#epoch) {
      this.#train = train;
      this.#epoch = epoch;
      this.#batches.start(batches, batch);
    }
    this.#batches.setTotal(batches);
    this.#batches.update(batch, {
      name: train ? 'train ' : 'valid ',
      comment: smoothLoss.toFixed(4),
    });
  }

  /** @param done epochs */
  epochsDone(done: number): void {
    this.#epochs.update(done);
  }

  /** Prints a line above the bars. */
  log(line: string): void {
    this.#bars.log(`${line}\n`);
    this.#bars.update();
  }

  /** Removes the bars; what was logged stays. */
  stop(): void {
    this.#bars.stop();
  }
}
