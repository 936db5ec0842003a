import pl, { type DataFrame } from 'nodejs-polars';
import { dateParts, dayNumber, isoDate } from '../calendar.js';
import { trendStates } from './germany.js';
import type { RandomDraws } from './random.js';

const firstWeek = dayNumber(2012, 12, 2);
const weeks = 148;

/** Search interest 0 to 100, Sunday to Saturday, for each state and for the country. */
export function drawTrends(random: RandomDraws): DataFrame {
  const file: string[] = [];
  const week: string[] = [];
  const trend: number[] = [];
  for (const name of ['Rossmann_DE', ...trendStates.map((state) => `Rossmann_DE_${state}`)]) {
    const level = random.uniform(55, 70);
    for (let count = 0; count < weeks; count++) {
      const sunday = firstWeek + 7 * count;
      const christmas = dateParts(sunday).month === 12 ? 15 : 0;
      const value = random.normal(level + christmas + count / 15, 7);
      file.push(name);
      week.push(`${isoDate(sunday)} - ${isoDate(sunday + 6)}`);
      trend.push(Math.round(Math.min(100, Math.max(0, value))));
    }
  }
  return pl.DataFrame({ file, week, trend: pl.Series('trend', trend, pl.Int32) });
}
