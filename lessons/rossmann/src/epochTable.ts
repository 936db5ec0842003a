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

  /** The epoch with the smallest figure in a column, in words. */
  best(column: string): string {
    const { figures, fit, epoch } = smallest(this.#rows, column);
    return `${figures.get(column)?.toFixed(6)}, ${fit} fit, epoch ${epoch}`;
  }

  /** The fit whose last epoch has the smallest figure in a column. */
  bestFit(column: string): string {
    const ends = this.#rows.filter(({ fit }, row) => fit !== this.#rows[row + 1]?.fit);
    return smallest(ends, column).fit;
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

/** What is not a number comes last. */
function smallest(rows: readonly Row[], column: string): Row {
  const figureOf = ({ figures }: Row) => {
    const figure = figures.get(column) ?? Number.NaN;
    return Number.isNaN(figure) ? Number.POSITIVE_INFINITY : figure;
  };
  return rows.reduce((a, b) => (figureOf(b) < figureOf(a) ? b : a));
}
