import pl, { type DataFrame } from 'nodejs-polars';
import { type DayNumber, dayNumber, isoWeekMonday } from '../calendar.js';
import { type StoreState, storeStates } from './germany.js';
import type { RandomDraws } from './random.js';

export type StoreType = 'a' | 'b' | 'c' | 'd';

/** A store with what its table tells and what drives its sales. */
export interface Store {
  readonly id: number;
  readonly state: StoreState;
  readonly type: StoreType;
  readonly assortment: 'a' | 'b' | 'c';
  readonly competition: Competition | null;
  readonly competitionDistance: number | null;
  readonly promo2: Promo2 | null;
  /** Mean of ln(sales) on an ordinary open day. */
  readonly level: number;
  /** Added to ln(sales) during a promotion. */
  readonly promoLift: number;
  /** Growth of ln(sales) a year. */
  readonly growth: number;
  readonly salesPerCustomer: number;
  readonly opensOnSundays: boolean;
  /** Has no rows in the second half of 2014. */
  readonly rebuilt: boolean;
}

interface Competition {
  readonly year: number;
  readonly month: number;
}

interface Promo2 {
  readonly year: number;
  readonly week: number;
  readonly interval: keyof typeof intervalMonths;
}

const intervalMonths = {
  'Jan,Apr,Jul,Oct': [1, 4, 7, 10],
  'Feb,May,Aug,Nov': [2, 5, 8, 11],
  'Mar,Jun,Sept,Dec': [3, 6, 9, 12],
} as const;

/** How stores differ by type in ln(sales). */
const typeLevels = { a: 0, b: 0.25, c: 0.02, d: -0.03 };
const assortmentLevels = { a: -0.05, b: 0.1, c: 0.06 };

export function drawStores(count: number, random: RandomDraws): Store[] {
  const withoutDistance = new Set(random.sample(count, Math.max(1, Math.round(count * 0.0027))));
  return Array.from({ length: count }, (_, place) => {
    const type = random.weighted<StoreType>({ a: 602, b: 17, c: 148, d: 348 });
    const assortment = random.weighted({ a: 593, b: 9, c: 513 });
    return {
      id: place + 1,
      state: random.weighted<StoreState>(storeStates),
      type,
      assortment,
      competitionDistance: withoutDistance.has(place) ? null : drawDistance(random),
      competition: random.chance(0.6825)
        ? { year: 2015 - Math.floor(random.uniform(0, 4) ** 2), month: random.integer(1, 12) }
        : null,
      promo2: random.chance(0.512)
        ? {
            year: random.integer(2009, 2015),
            week: random.integer(1, 50),
            interval: random.weighted({
              'Jan,Apr,Jul,Oct': 335,
              'Feb,May,Aug,Nov': 130,
              'Mar,Jun,Sept,Dec': 106,
            }),
          }
        : null,
      level: random.normal(8.72, 0.28) + typeLevels[type] + assortmentLevels[assortment],
      promoLift: random.normal(0.3, 0.07),
      growth: random.normal(0.02, 0.03),
      salesPerCustomer: Math.exp(random.normal(2.2, 0.2)),
      opensOnSundays: type === 'b',
      rebuilt: random.chance(0.16),
    };
  });
}

/** Share of sales lost to a competitor that has opened, less the farther it is. */
export function competitionEffect(store: Store, day: DayNumber): number {
  if (!store.competition || store.competitionDistance === null) return 0;
  const opened = dayNumber(store.competition.year, store.competition.month, 15);
  return day >= opened ? -0.12 * Math.exp(-store.competitionDistance / 3000) : 0;
}

/** What the continued promotion adds in the months in which it starts anew. */
export function promo2Effect({ promo2 }: Store, day: DayNumber, month: number): number {
  if (!promo2 || day < isoWeekMonday(promo2.year, promo2.week)) return 0;
  const months: readonly number[] = intervalMonths[promo2.interval];
  return months.includes(month) ? 0.04 : -0.02;
}

export function storeTable(stores: readonly Store[]): DataFrame {
  return pl.DataFrame({
    Store: ints(stores, (store) => store.id),
    StoreType: stores.map((store) => store.type),
    Assortment: stores.map((store) => store.assortment),
    CompetitionDistance: ints(stores, (store) => store.competitionDistance),
    CompetitionOpenSinceMonth: ints(stores, (store) => store.competition?.month ?? null),
    CompetitionOpenSinceYear: ints(stores, (store) => store.competition?.year ?? null),
    Promo2: ints(stores, (store) => (store.promo2 ? 1 : 0)),
    Promo2SinceWeek: ints(stores, (store) => store.promo2?.week ?? null),
    Promo2SinceYear: ints(stores, (store) => store.promo2?.year ?? null),
    PromoInterval: pl.Series(
      'PromoInterval',
      stores.map((store) => store.promo2?.interval ?? null),
      pl.Utf8,
    ),
  });
}

export function storeStateTable(stores: readonly Store[]): DataFrame {
  return pl.DataFrame({
    Store: ints(stores, (store) => store.id),
    State: stores.map((store) => store.state as string),
  });
}

/** Metres in steps of ten, most of them a few kilometres. */
function drawDistance(random: RandomDraws): number {
  const metres = Math.exp(random.normal(7.75, 1.35));
  return 10 * Math.round(Math.min(75_860, Math.max(20, metres)) / 10);
}

function ints(stores: readonly Store[], value: (store: Store) => number | null): pl.Series {
  return pl.Series('value', stores.map(value), pl.Int32);
}
