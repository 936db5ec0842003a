import pl, { type DataFrame } from 'nodejs-polars';

/** The files that the lesson joins, by the stem of their names. */
export const sourceNames = [
  'train',
  'test',
  'store',
  'store_states',
  'state_names',
  'googletrend',
  'weather',
] as const;

/** All files of the Rossmann data. */
export const tableNames = [...sourceNames, 'sample_submission'] as const;

export type TableName = (typeof tableNames)[number];
export type Tables = { readonly [name in TableName]: DataFrame };

type Kind = 'int' | 'float' | 'text' | 'date';

const polarsType = { int: pl.Int32, float: pl.Float64, text: pl.String, date: pl.Date };

const saleColumns = {
  DayOfWeek: 'int',
  Date: 'date',
} as const;

const dayColumns = {
  Open: 'int',
  Promo: 'int',
  StateHoliday: 'text',
  SchoolHoliday: 'int',
} as const;

const kinds: { readonly [name in TableName]: Readonly<Record<string, Kind>> } = {
  train: { Store: 'int', ...saleColumns, Sales: 'int', Customers: 'int', ...dayColumns },
  test: { Id: 'int', Store: 'int', ...saleColumns, ...dayColumns },
  store: {
    Store: 'int',
    StoreType: 'text',
    Assortment: 'text',
    CompetitionDistance: 'int',
    CompetitionOpenSinceMonth: 'int',
    CompetitionOpenSinceYear: 'int',
    Promo2: 'int',
    Promo2SinceWeek: 'int',
    Promo2SinceYear: 'int',
    PromoInterval: 'text',
  },
  store_states: { Store: 'int', State: 'text' },
  state_names: { StateName: 'text', State: 'text' },
  googletrend: { file: 'text', week: 'text', trend: 'int' },
  weather: {
    file: 'text',
    Date: 'date',
    Max_TemperatureC: 'int',
    Mean_TemperatureC: 'int',
    Min_TemperatureC: 'int',
    Dew_PointC: 'int',
    MeanDew_PointC: 'int',
    Min_DewpointC: 'int',
    Max_Humidity: 'int',
    Mean_Humidity: 'int',
    Min_Humidity: 'int',
    Max_Sea_Level_PressurehPa: 'int',
    Mean_Sea_Level_PressurehPa: 'int',
    Min_Sea_Level_PressurehPa: 'int',
    Max_VisibilityKm: 'int',
    Mean_VisibilityKm: 'int',
    Min_VisibilitykM: 'int',
    Max_Wind_SpeedKm_h: 'int',
    Mean_Wind_SpeedKm_h: 'int',
    Max_Gust_SpeedKm_h: 'int',
    Precipitationmm: 'float',
    CloudCover: 'int',
    Events: 'text',
    WindDirDegrees: 'int',
  },
  sample_submission: { Id: 'int', Sales: 'int' },
};

/** Column names and types of one table, in the order of the file. */
export function tableSchema(name: TableName): Record<string, pl.DataType> {
  return Object.fromEntries(
    Object.entries(kinds[name]).map(([column, kind]) => [column, polarsType[kind]]),
  );
}
