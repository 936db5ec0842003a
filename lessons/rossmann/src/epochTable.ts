import type { Learner } from '@flambeau/core';

interface Row {
  readonly fit: string;
  readonly epoch: number;
  /** By column: the losses and the metrics. */
  readonly figures: ReadonlyMap<string, number>;
  readonly seconds: number;
}

/** The epochs of several fits, for a README. */
export class EpochTable {
  readonly #rows: Row[] = [];

  /** Adds the epochs of the learner's last fit under a name. */
  add(fit: string, { recorder }: Learner): void {
    const { nbBatches, losses, valLosses, metrics, metricNames, times } = recorder;
    const columns = ['train_loss', 'valid_loss', ...metricNames];
    let batches = 0;
    for (const [epoch, count] of nbBatches.entries()) {
      batches += count;
      const values = [losses[batches - 1], valLosses[epoch], ...(metrics[epoch] ?? [])];
      const figures = new Map(columns.map((name, place) => [name, Number(values[place])]));
      this.#rows.push({ fit, epoch, figures, seconds: Number(times[epoch]) });
    }
  }

  get length(): number {
    return this.#rows.length;
  }

  /** The figure of the last epoch in a column; not a number before there is one. */
  last(column: string): number {
    return this.#rows.at(-1)?.figures.get(column) ?? Number.NaN;
  }

  /** The epoch with the smallest figure in a column, in words. */
  best(column: string): string {
    const figureOf = ({ figures }: Row) => figures.get(column) as number;
    const best = this.#rows.reduce((a, b) => (figureOf(b) < figureOf(a) ? b : a));
    return `${figureOf(best).toFixed(6)}, ${best.fit} fit, epoch ${best.epoch}`;
  }

  /** As a table in Markdown. */
  toString(): string {
    const names = this.#rows[0]?.figures.keys() ?? [];
    const head = ['fit', 'epoch', ...names, 'time'];
    const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
    const rule = head.map((_, place) => (place === 0 ? '---' : '---:'));
    const rows = this.#rows.map(({ fit, epoch, figures, seconds }) => [
      ...[fit, epoch, ...Array.from(figures.values(), (figure) => figure.toFixed(6))],
      `${seconds.toFixed(0)} s`,
    ]);
    return `${[head, rule, ...rows].map(line).join('\n')}\n`;
  }
}
