/**
 * The group of each item: a column, a function of the item's place, or several columns under their
 * names. A group is never inferred: it is what the caller says.
 */
export type Groups =
  | readonly unknown[]
  | ((index: number) => unknown)
  | Readonly<Record<string, readonly unknown[]>>;

/** Items that belong together. */
export interface Group {
  readonly name: string;
  readonly indices: readonly number[];
}

export interface GroupOptions {
  /** Groups of fewer items are flagged. Default 30. */
  readonly minSupport?: number;
  /** Of several columns: their combinations instead of each on its own. Default false. */
  readonly intersections?: boolean;
}

export const groupOptions = [
  'minSupport',
  'intersections',
] as const satisfies readonly (keyof GroupOptions)[];

export const defaultMinSupport = 30;

/** The name of the group of items whose group is not known. */
export const missingGroup = '(missing)';

/**
 * The groups in the order of their names, that of unknown ones last. With several columns an item
 * is in a group of each, `column=value`, or with `intersections` in one, `value / value`.
 * @throws RangeError unless each column has a value for each of the `count` items
 * @throws TypeError for groups in another form, or no column
 */
export function groupsOf(
  caller: string,
  groups: Groups,
  count: number,
  { intersections = false }: GroupOptions = {},
): Group[] {
  const columns = columnsIn(caller, groups, count);
  for (const [name, values] of columns) {
    if (values.length === count) continue;
    const which = name === '' ? 'groups' : `column '${name}'`;
    throw new RangeError(`${caller}: ${which} has ${values.length} values for ${count} items`);
  }
  if (columns.length === 1 || !intersections) {
    return columns.flatMap(([name, values]) =>
      byName(values.map(nameOf)).map((group) =>
        columns.length === 1 ? group : { ...group, name: `${name}=${group.name}` },
      ),
    );
  }
  const names = Array.from({ length: count }, (_, index) =>
    columns.map(([, values]) => nameOf(values[index])).join(' / '),
  );
  return byName(names);
}

/** The groups, and those with an expected share that have no items. */
export function withAbsent(
  present: readonly Group[],
  expected: Readonly<Record<string, number>> = {},
): Group[] {
  const names = new Set(present.map(({ name }) => name));
  const absent = Object.keys(expected).filter((name) => !names.has(name));
  return [...present, ...absent.map((name) => ({ name, indices: [] }))];
}

function columnsIn(
  caller: string,
  groups: Groups,
  count: number,
): [name: string, values: readonly unknown[]][] {
  if (typeof groups === 'function')
    return [['', Array.from({ length: count }, (_, i) => groups(i))]];
  if (isList(groups)) return [['', groups]];
  const columns = Object.entries(groups ?? {});
  if (columns.length > 0 && columns.every(([, values]) => isList(values))) return columns;
  const got = (groups as Groups | null)?.constructor.name ?? groups;
  throw new TypeError(
    `${caller}: expected groups as a list, a function or lists under their names, got ${got}`,
  );
}

function isList(groups: unknown): groups is readonly unknown[] {
  return Array.isArray(groups);
}

function byName(names: readonly string[]): Group[] {
  const found = new Map<string, number[]>();
  for (const [index, name] of names.entries()) {
    const indices = found.get(name);
    if (indices === undefined) found.set(name, [index]);
    else indices.push(index);
  }
  const rank = (name: string) => (name === missingGroup ? 1 : 0);
  return [...found]
    .map(([name, indices]) => ({ name, indices }))
    .sort((a, b) => rank(a.name) - rank(b.name) || compareTexts(a.name, b.name));
}

/** Whole numbers in texts by their value, so that '9' is before '10'. */
function compareTexts(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function nameOf(value: unknown): string {
  return isMissing(value) ? missingGroup : `${value}`;
}

export function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

/** The number of items of a group, flagged where there are few. */
export function supportText({ n, isSmall }: { readonly n: number; readonly isSmall: boolean }) {
  return `${n}${isSmall ? ' (few)' : ''}`;
}
