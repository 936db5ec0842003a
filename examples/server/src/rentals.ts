import { data, type Tensor, torch } from '@flambeau/core';

/** What the rentals of bicycles in an hour depend on. */
export interface Hour {
  /** From 0, Monday, to 6. */
  readonly weekday: number;
  /** From 0 to 23. */
  readonly hour: number;
  /** In °C. */
  readonly temperature: number;
  readonly holiday: boolean;
}

/** The JSON schema of {@link Hour}. */
export const hourSchema = {
  type: 'object',
  required: ['weekday', 'hour', 'temperature', 'holiday'],
  additionalProperties: false,
  properties: {
    weekday: { type: 'integer', minimum: 0, maximum: 6 },
    hour: { type: 'integer', minimum: 0, maximum: 23 },
    temperature: { type: 'number', minimum: -50, maximum: 60 },
    holiday: { type: 'boolean' },
  },
} as const;

/** The model's input, float32 `[hours, 4]`. */
export function inputOf(hours: readonly Hour[]): Tensor {
  return torch.tensor(
    hours.map(({ weekday, hour, temperature, holiday }) => [
      weekday,
      hour,
      temperature,
      Number(holiday),
    ]),
  );
}

/** Hours by chance, and the hundreds of bicycles that are rented in them: float32 `[hours, 1]`. */
export function generateRentals(hours: number): data.TensorDataset<[x: Tensor, y: Tensor]> {
  const weekday = torch.randint(0, 7, [hours, 1]).to('float32');
  const hour = torch.randint(0, 24, [hours, 1]).to('float32');
  const temperature = torch.randn(hours, 1).mul(8).add(14);
  const holiday = torch.rand(hours, 1).lt(0.03).to('float32');
  const around = (peak: number, width: number) => hour.sub(peak).div(width).square().neg().exp();
  const working = weekday.lt(5).logicalAnd(holiday.eq(0)).to('float32');
  const commuting = around(8, 2).add(around(17, 2)).mul(2).mul(working);
  const leisure = around(14, 4).mul(1.5).mul(working.eq(0));
  const warmth = temperature.sub(10).div(5).sigmoid();
  const rentals = commuting.add(leisure).mul(warmth).add(0.2);
  const noise = torch.randn(hours, 1).mul(0.05).add(1);
  const x = torch.cat([weekday, hour, temperature, holiday], 1);
  return new data.TensorDataset(x, rentals.mul(noise));
}
