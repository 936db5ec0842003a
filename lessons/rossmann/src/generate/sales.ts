import pl, { type DataFrame } from 'nodejs-polars';
import { type DayNumber, dateParts, dayNumber, weekday } from '../calendar.js';
import {
  firstDay,
  isSchoolHoliday,
  lastTestDay,
  lastTrainDay,
  type StoreState,
  stateHoliday,
  storeStates,
} from './germany.js';
import type { RandomDraws } from './random.js';
import { competitionEffect, promo2Effect, type Store, type StoreType } from './stores.js';

/** ln(sales) by day of the week, Monday first, for each type of store. */
const weekdayEffects: Readonly<Record<StoreType, readonly number[]>> = {
  a: [0.12, 0.0, -0.03, -0.02, 0.03, -0.1, 0.1],
  b: [0.02, -0.02, -0.02, -0.01, 0.02, 0.0, 0.15],
  c: [0.14, 0.0, -0.04, -0.02, 0.05, 0.02, 0.1],
  d: [0.1, 0.01, -0.02, 0.0, 0.02, -0.22, 0.1],
};

/** ln(sales) by month, January first. */
const monthEffects = [-0.03, -0.02, 0.01, 0.02, 0.03, 0.02, 0.02, -0.01, -0.04, -0.02, 0.03, 0.12];

const noise = 0.09;
/** Share of open days on which nothing was sold, as happens in the real table. */
const openWithoutSales = 6e-5;
const promoStart = dayNumber(2013, 1, 7);
const rebuilding = [dayNumber(2014, 7, 1), dayNumber(2014, 12, 31)] as const;

/** What all stores of a state share on one day. */
interface DayFacts {
  readonly day: DayNumber;
  readonly weekday: number;
  readonly month: number;
  readonly promo: boolean;
  /** ln(sales) of the season and the days before a feast. */
  readonly season: number;
  readonly holidays: ReadonlyMap<StoreState, ReturnType<typeof stateHoliday>>;
  readonly schoolHolidays: ReadonlyMap<StoreState, boolean>;
}

interface SalesRow {
  readonly store: Store;
  readonly facts: DayFacts;
  readonly open: boolean;
}

/** The train table: newest day first, stores ascending within a day. */
export function drawTrain(stores: readonly Store[], random: RandomDraws): DataFrame {
  const rows = calendarRows(stores, firstDay, lastTrainDay, random);
  const sales = rows.map((row) => (row.open ? drawSales(row, random) : 0));
  const customers = rows.map(({ store }, place) =>
    Math.round(((sales[place] as number) / store.salesPerCustomer) * random.uniform(0.95, 1.05)),
  );
  return pl.DataFrame({
    ...saleColumns(rows),
    Sales: ints(sales),
    Customers: ints(customers),
    Open: ints(rows.map(({ open }) => Number(open))),
    ...dayColumns(rows),
  });
}

/**
 * The test table: about three stores of four in the 48 days after the train table, with `Open`
 * missing on 11 days of one store.
 */
export function drawTest(stores: readonly Store[], random: RandomDraws): DataFrame {
  const chosen = random.sample(stores.length, Math.max(1, Math.round(stores.length * 0.77)));
  const tested = chosen.map((place) => stores[place] as Store);
  const rows = calendarRows(tested, lastTrainDay + 1, lastTestDay, random);
  const uncertain = random.pick(tested);
  const lastUncertainDay = lastTestDay - 11;
  const open = rows.map(({ store, facts, open: isOpen }) =>
    store === uncertain && facts.day > lastUncertainDay ? null : Number(isOpen),
  );
  return pl.DataFrame({
    Id: ints(rows.map((_, place) => place + 1)),
    ...saleColumns(rows),
    Open: ints(open),
    ...dayColumns(rows),
  });
}

function calendarRows(
  stores: readonly Store[],
  from: DayNumber,
  to: DayNumber,
  random: RandomDraws,
): SalesRow[] {
  const rows: SalesRow[] = [];
  for (let day = to; day >= from; day--) {
    const facts = describeDay(day);
    for (const store of stores) {
      if (store.rebuilt && day >= rebuilding[0] && day <= rebuilding[1]) continue;
      rows.push({ store, facts, open: isOpen(store, facts, random) });
    }
  }
  return rows;
}

function describeDay(day: DayNumber): DayFacts {
  const { month, day: monthDay } = dateParts(day);
  const names = Object.keys(storeStates) as StoreState[];
  const workday = weekday(day) < 5;
  const weeks = Math.floor((day - promoStart) / 7);
  return {
    day,
    weekday: weekday(day),
    month,
    promo: workday && weeks >= 0 && weeks % 2 === 0,
    season: (monthEffects[month - 1] as number) + rush(day) + payday(monthDay),
    holidays: new Map(names.map((state) => [state, stateHoliday(state, day)])),
    schoolHolidays: new Map(names.map((state) => [state, isSchoolHoliday(state, day)])),
  };
}

/** The two weeks before Christmas, and the day before a holiday of the whole country. */
function rush(day: DayNumber): number {
  const { year, month, day: monthDay } = dateParts(day);
  const toChristmas = dayNumber(year, 12, 24) - day;
  const christmas = month === 12 && toChristmas >= 0 ? 0.25 * Math.exp(-toChristmas / 7) : 0;
  const eve = monthDay !== 24 && stateHoliday('HH', day + 1) !== '0' ? 0.12 : 0;
  return christmas + eve;
}

const payday = (monthDay: number) => (monthDay <= 3 || monthDay >= 29 ? 0.06 : 0);

function isOpen(store: Store, facts: DayFacts, random: RandomDraws): boolean {
  const holiday = facts.holidays.get(store.state) !== '0';
  if (holiday || facts.weekday === 6) return store.opensOnSundays && !random.chance(0.1);
  return !random.chance(0.006);
}

function drawSales({ store, facts }: SalesRow, random: RandomDraws): number {
  if (random.chance(openWithoutSales)) return 0;
  const years = (facts.day - firstDay) / 365.25;
  const mean =
    store.level +
    (weekdayEffects[store.type][facts.weekday] as number) +
    facts.season +
    (facts.promo ? store.promoLift : 0) +
    (facts.schoolHolidays.get(store.state) ? 0.03 : 0) +
    store.growth * years +
    competitionEffect(store, facts.day) +
    promo2Effect(store, facts.day, facts.month);
  return Math.max(1, Math.round(Math.exp(random.normal(mean, noise))));
}

function saleColumns(rows: readonly SalesRow[]) {
  return {
    Store: ints(rows.map(({ store }) => store.id)),
    DayOfWeek: ints(rows.map(({ facts }) => facts.weekday + 1)),
    Date: pl
      .Series(
        'Date',
        Int32Array.from(rows, ({ facts }) => facts.day),
      )
      .cast(pl.Date),
  };
}

function dayColumns(rows: readonly SalesRow[]) {
  return {
    Promo: ints(rows.map(({ facts }) => Number(facts.promo))),
    StateHoliday: rows.map(({ store, facts }) => facts.holidays.get(store.state) as string),
    SchoolHoliday: ints(
      rows.map(({ store, facts }) => Number(facts.schoolHolidays.get(store.state))),
    ),
  };
}

const ints = (values: (number | null)[]) => pl.Series('value', values, pl.Int32);
