import { nn, type Tensor, torch } from '@flambeau/core';

/**
 * Embeddings of the weekday and of the hour beside the temperature and the holiday.
 * `call(x)` takes float32 `[hours, 4]` and gives hundreds of rentals, `[hours, 1]`.
 */
export class RentalModel extends nn.Module<[x: Tensor]> {
  readonly weekday = new nn.Embedding(7, 4);
  readonly hour = new nn.Embedding(24, 8);
  readonly layers = new nn.Sequential(
    new nn.Linear(4 + 8 + 2, 64),
    new nn.ReLU(),
    new nn.Linear(64, 64),
    new nn.ReLU(),
    new nn.Linear(64, 1),
  );

  protected override forward(x: Tensor): Tensor {
    const weekday = this.weekday.call(x.select(1, 0).to('int64'));
    const hour = this.hour.call(x.select(1, 1).to('int64'));
    const temperature = x.narrow(1, 2, 1).div(10);
    return this.layers.call(torch.cat([weekday, hour, temperature, x.narrow(1, 3, 1)], 1));
  }
}
