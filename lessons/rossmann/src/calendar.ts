/** Days since 1970-01-01 in UTC; the host's time zone never enters. */
export type DayNumber = number;

const dayMs = 86_400_000;

/** `month` is 1 to 12. */
export function dayNumber(year: number, month: number, day: number): DayNumber {
  return Date.UTC(year, month - 1, day) / dayMs;
}

/** 'YYYY-MM-DD'. */
export function isoDate(day: DayNumber): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** Monday 0 to Sunday 6. */
export function weekday(day: DayNumber): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** Monday of an ISO-8601 week: week 1 is the one that holds 4 January. */
export function isoWeekMonday(year: number, week: number): DayNumber {
  const fourth = dayNumber(year, 1, 4);
  return fourth - weekday(fourth) + 7 * (week - 1);
}

/** Year, month 1 to 12, and day of the month. */
export function dateParts(day: DayNumber): { year: number; month: number; day: number } {
  const date = new Date(day * dayMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
