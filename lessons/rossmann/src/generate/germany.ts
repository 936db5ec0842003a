import { type DayNumber, dateParts, dayNumber, weekday } from '../calendar.js';

/** Names as in the weather files, with the codes that stores and trends use. */
export const states = [
  ['BadenWuerttemberg', 'BW'],
  ['Bayern', 'BY'],
  ['Berlin', 'BE'],
  ['Brandenburg', 'BB'],
  ['Bremen', 'HB'],
  ['Hamburg', 'HH'],
  ['Hessen', 'HE'],
  ['MecklenburgVorpommern', 'MV'],
  ['Niedersachsen', 'HB,NI'],
  ['NordrheinWestfalen', 'NW'],
  ['RheinlandPfalz', 'RP'],
  ['Saarland', 'SL'],
  ['Sachsen', 'SN'],
  ['SachsenAnhalt', 'ST'],
  ['SchleswigHolstein', 'SH'],
  ['Thueringen', 'TH'],
] as const;

/** States that have stores, with their shares. */
export const storeStates = {
  'HB,NI': 22,
  HH: 28,
  BE: 92,
  BW: 73,
  BY: 180,
  HE: 112,
  NW: 286,
  RP: 40,
  SH: 115,
  SN: 75,
  ST: 56,
  TH: 36,
} as const;

export type StoreState = keyof typeof storeStates;

/** The codes in the names of the trend files; the national file has none. */
export const trendStates = [
  'BE',
  'BW',
  'BY',
  'HE',
  'HH',
  'NI',
  'NW',
  'RP',
  'SH',
  'SL',
  'SN',
  'ST',
  'TH',
] as const;

export const firstDay = dayNumber(2013, 1, 1);
export const lastTrainDay = dayNumber(2015, 7, 31);
export const lastTestDay = dayNumber(2015, 9, 17);

const easterSundays = [dayNumber(2013, 3, 31), dayNumber(2014, 4, 20), dayNumber(2015, 4, 5)];

/** Days after Easter Sunday, with the table's letters: b around Easter, a for the others. */
const movableHolidays: readonly [offset: number, letter: 'a' | 'b', states?: readonly string[]][] =
  [
    [-2, 'b'],
    [1, 'b'],
    [39, 'a'],
    [50, 'a'],
    [60, 'a', ['BW', 'BY', 'HE', 'NW', 'RP']],
  ];

const fixedHolidays: readonly [
  month: number,
  day: number,
  letter: 'a' | 'c',
  states?: readonly string[],
][] = [
  [1, 1, 'a'],
  [1, 6, 'a', ['BW', 'BY', 'ST']],
  [5, 1, 'a'],
  [8, 15, 'a', ['BY']],
  [10, 3, 'a'],
  [10, 31, 'a', ['SN', 'ST', 'TH']],
  [11, 1, 'a', ['BW', 'BY', 'NW', 'RP']],
  [12, 25, 'c'],
  [12, 26, 'c'],
];

/** The `StateHoliday` column: a public holiday, b Easter, c Christmas, 0 none. */
export function stateHoliday(state: StoreState, day: DayNumber): '0' | 'a' | 'b' | 'c' {
  const { month, day: monthDay } = dateParts(day);
  for (const [m, d, letter, only] of fixedHolidays) {
    if (m === month && d === monthDay && (!only || only.includes(state))) return letter;
  }
  for (const [offset, letter, only] of movableHolidays) {
    const isToday = easterSundays.some((sunday) => sunday + offset === day);
    if (isToday && (!only || only.includes(state))) return letter;
  }
  return '0';
}

/** Whether schools of a state are closed; only weekdays are marked, as in the real table. */
export function isSchoolHoliday(state: StoreState, day: DayNumber): boolean {
  if (weekday(day) > 4) return false;
  const { year, month, day: monthDay } = dateParts(day);
  const easter = easterSundays[year - 2013] as number;
  if (day >= easter - 8 && day <= easter + 6) return true;
  if ((month === 12 && monthDay >= 23) || (month === 1 && monthDay <= 4)) return true;
  const stagger = 7 * (Object.keys(storeStates).indexOf(state) % 6);
  const summer = dayNumber(year, 6, 24) + stagger;
  const autumn = dayNumber(year, 10, 4) + Math.floor(stagger / 3);
  return (day >= summer && day < summer + 42) || (day >= autumn && day < autumn + 12);
}
