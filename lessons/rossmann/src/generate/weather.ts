import pl, { type DataFrame } from 'nodejs-polars';
import { dateParts, dayNumber } from '../calendar.js';
import { firstDay, lastTestDay, states } from './germany.js';
import type { RandomDraws } from './random.js';

interface WeatherDay {
  readonly [column: string]: number | string | null;
}

/** One row for each state and day: a yearly wave, spells of some days, and their consequences. */
export function drawWeather(random: RandomDraws): DataFrame {
  const rows: WeatherDay[] = [];
  const days: number[] = [];
  for (const [file] of states) {
    let spell = 0;
    for (let day = firstDay; day <= lastTestDay; day++) {
      spell = 0.8 * spell + random.normal(0, 2);
      rows.push({ file, ...drawDay(day, spell, random) });
      days.push(day);
    }
  }
  const text = new Set(['file', 'Events']);
  const columns = Object.keys(rows[0] as WeatherDay).map((name) => {
    const values = rows.map((row) => row[name] as number & string);
    const type = text.has(name) ? pl.Utf8 : name === 'Precipitationmm' ? pl.Float64 : pl.Int32;
    return pl.Series(name, values, type);
  });
  const date = pl.Series('Date', Int32Array.from(days)).cast(pl.Date);
  return pl.DataFrame([columns[0] as pl.Series, date, ...columns.slice(1)]);
}

function drawDay(day: number, spell: number, random: RandomDraws): WeatherDay {
  const turn = (2 * Math.PI * (day - dayNumber(dateParts(day).year, 1, 20))) / 365.25;
  const mean = 9.5 - 9.5 * Math.cos(turn) + spell;
  const spread = random.uniform(2, 7);
  const humidity = Math.min(100, Math.max(30, random.normal(78 - spell, 9)));
  const dew = mean - (100 - humidity) / 5;
  const pressure = random.normal(1016, 8);
  const seesFar = !random.chance(0.024);
  const visibility = random.uniform(4, 20);
  const wind = Math.exp(random.normal(2.4, 0.4));
  const rainy = random.chance(0.45);
  const events = drawEvents(mean, humidity, rainy, random);
  return whole({
    Max_TemperatureC: mean + spread,
    Mean_TemperatureC: mean,
    Min_TemperatureC: mean - spread,
    Dew_PointC: dew + 2,
    MeanDew_PointC: dew,
    Min_DewpointC: dew - 3,
    Max_Humidity: Math.min(100, humidity + 14),
    Mean_Humidity: humidity,
    Min_Humidity: Math.max(4, humidity - 22),
    Max_Sea_Level_PressurehPa: pressure + 3,
    Mean_Sea_Level_PressurehPa: pressure,
    Min_Sea_Level_PressurehPa: pressure - 3,
    Max_VisibilityKm: seesFar ? Math.min(31, visibility + 10) : null,
    Mean_VisibilityKm: seesFar ? visibility : null,
    Min_VisibilitykM: seesFar ? Math.max(0, visibility - 8) : null,
    Max_Wind_SpeedKm_h: wind * 1.9 + 3,
    Mean_Wind_SpeedKm_h: wind + 2,
    Max_Gust_SpeedKm_h: random.chance(0.2275) ? wind * 2.6 + 21 : null,
    Precipitationmm: rainy && random.chance(0.5) ? random.integer(1, 60) * 0.254 : 0,
    CloudCover: random.chance(0.074) ? null : Math.min(8, humidity / 14),
    Events: events,
    WindDirDegrees: random.integer(-1, 360),
  });
}

/** 'Fog-Rain', or null for a day without any. */
function drawEvents(
  temperature: number,
  humidity: number,
  rainy: boolean,
  random: RandomDraws,
): string | null {
  const events = [
    humidity > 85 && random.chance(0.6) && 'Fog',
    rainy && temperature > 0 && 'Rain',
    temperature < 3 && random.chance(0.5) && 'Snow',
    temperature > 18 && random.chance(0.2) && 'Thunderstorm',
  ].filter((event) => typeof event === 'string');
  return events.length > 0 ? events.join('-') : null;
}

/** Whole numbers everywhere but for the rain, which is measured in hundredths of an inch. */
function whole(day: WeatherDay): WeatherDay {
  return Object.fromEntries(
    Object.entries(day).map(([name, value]) => [
      name,
      typeof value !== 'number'
        ? value
        : name === 'Precipitationmm'
          ? Math.round(value * 100) / 100
          : Math.round(value),
    ]),
  );
}
