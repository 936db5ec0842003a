import type { Learner } from '@flambeau/core';

/** The epochs of several fits, for a README. */
export class EpochTable {
  readonly #rows: string[][] = [];
  #names: readonly string[] = [];

  /** Adds the epochs of the learner's last fit under a name. */
  add(fit: string, { recorder }: Learner): void {
    const { nbBatches, losses, valLosses, metrics, times } = recorder;
    this.#names = recorder.metricNames;
    let batches = 0;
    for (const [epoch, count] of nbBatches.entries()) {
      batches += count;
      const figures = [losses[batches - 1], valLosses[epoch], ...(metrics[epoch] ?? [])];
      const texts = figures.map((figure) => figure?.toFixed(6) ?? '');
      this.#rows.push([fit, String(epoch), ...texts, `${times[epoch]?.toFixed(0)} s`]);
    }
  }

  /** As a table in Markdown. */
  toString(): string {
    const head = ['fit', 'epoch', 'train_loss', 'valid_loss', ...this.#names, 'time'];
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
    const rule = head.map((_, place) => (place === 0 ? '---' : '---:'));
    return `${[head, rule, ...this.#rows].map(line).join('\n')}\n`;
  }
}
