import { DataBunch, Learner, nn, noGrad, Tensor, tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { inOrder } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

/** The lesson's tabular model with two hidden layers, batch norm, and an output range. */
class TabularModel extends nn.Module<[cats: Tensor, conts: Tensor]> {
  embeds = new nn.ModuleList([new nn.Embedding(4, 3), new nn.Embedding(3, 2)]);
  embDrop = new nn.Dropout(0);
  bnCont = new nn.BatchNorm1d(2);
  layers = new nn.Sequential(
    new nn.Linear(7, 4),
    new nn.ReLU({ inplace: true }),
    new nn.BatchNorm1d(4),
    new nn.Linear(4, 3),
    new nn.ReLU({ inplace: true }),
    new nn.BatchNorm1d(3),
    new nn.Linear(3, 1),
  );

  protected override forward(cats: Tensor, conts: Tensor): Tensor {
    const embedded = [...this.embeds].map((embed, i) => embed.call(cats.select(1, i)));
    const x = torch.cat([this.embDrop.call(torch.cat(embedded, 1)), this.bnCont.call(conts)], 1);
    return nn.sigmoidRange(this.layers.call(x), 0, 10);
  }
}

/** With 0.5 sin(k) as the k-th number of all parameters but those of batch norms. */
function deterministicModel(): TabularModel {
  const model = new TabularModel();
  const owners = [...model.modules()].filter((module) => !(module instanceof nn.BatchNorm1d));
  let k = 0;
  noGrad(() =>
    tidy(() => {
      for (const parameter of owners.flatMap((module) => [...module.parameters(false)])) {
        const numbers = Array.from({ length: parameter.numel() }, () => 0.5 * Math.sin(k++));
        parameter.copy_(tensor(numbers).view(parameter.shape));
      }
    }),
  );
  expect(k).toBe(69);
  return model;
}

function tabularData() {
  const cats = tensor(
    [
      [0, 1],
      [1, 2],
      [2, 0],
      [3, 1],
      [1, 1],
      [2, 2],
    ],
    { dtype: 'int64' },
  );
  const conts = tensor([
    [0.5, -1],
    [1.5, 0],
    [-0.5, 2],
    [0, 1],
    [-1, -2],
    [2, 0.25],
  ]);
  return { cats, conts, y: tensor([3, 5, 2, 7, 4, 6]) };
}

/** fast.ai's tolerances: absolute 1e-5 forward, relative 1e-4 after steps. */
function expectValues(actual: unknown, expected: readonly number[], relative = 0): void {
  const values = actual instanceof Tensor ? actual.flatten().toArray() : actual;
  expect(values).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    const found = (values as number[])[i] as number;
    const tolerance = 1e-5 + relative * Math.abs(value);
    expect(Math.abs(found - value), `${i}: ${found} for ${value}`).toBeLessThanOrEqual(tolerance);
  }
}

const flatMse = (output: Tensor, target: Tensor) =>
  nn.functional.mseLoss(output.view([-1]), target.view([-1]));
const rmse = (output: Tensor, target: Tensor) => flatMse(output, target).sqrt();
const mae = (output: Tensor, target: Tensor) =>
  nn.functional.l1Loss(output.view([-1]), target.view([-1]));

describe('training', () => {
  expectNoLeaks();

  it('trains a line as J55 says', async () => {
    const x = tensor([
      [1, 2],
      [2, 1],
      [3, 4],
      [4, 3],
    ]);
    const y = tidy(() => x.select(1, 0).mul(2).sub(x.select(1, 1)).add(0.5).unsqueeze(1));
    using model = new nn.Linear(2, 1);
    noGrad(() =>
      tidy(() => {
        model.weight.copy_(tensor([[0.1, -0.1]]));
        model.bias?.zero_();
      }),
    );
    const batches = inOrder(x, y, 4);
    const losses: number[] = [];
    using learn = new Learner(new DataBunch(batches, batches), model, {
      lossFunc: new nn.MSELoss(),
      silent: true,
      callbacks: [{ onBackwardBegin: ({ lastLoss }) => void losses.push(Number(lastLoss.item())) }],
    });
    await learn.fitOneCycle(10, 0.1, { wd: 0.1 });
    expectValues(
      losses,
      [
        11.960001, 11.800752, 10.891832, 9.02313, 6.893218, 5.107362, 3.829117, 3.033747, 2.603282,
        2.411838,
      ],
      1e-4,
    );
    tidy(() => {
      expectValues(model.weight, [0.49936476, 0.30052978], 1e-4);
      expectValues(model.bias, [0.40046895], 1e-4);
    });
    const { valLosses, losses: smoothed } = learn.recorder;
    expectValues([valLosses.at(-1), smoothed.at(-1)], [2.3614275, 6.5471084], 1e-4);
    x.dispose();
    y.dispose();
  });

  it('runs the tabular model as J62 and J63 say', () =>
    tidy(() => {
      const { cats, conts } = tabularData();
      const model = deterministicModel();
      const trained = [2.4952152, 4.1732636, 6.905725, 4.0260906, 2.0861549, 4.1732636];
      expectValues(model.call(cats, conts), trained);
      expectValues(model.bnCont.runningMean, [0.04166667, 0.00416667]);
      expectValues(model.bnCont.runningVar, [1.0341667, 1.1010417]);
      const evaluated = [2.8521884, 3.5043659, 3.6727419, 3.5043659, 2.5698357, 3.5043659];
      expectValues(model.eval().call(cats, conts), evaluated);
    }));

  it('trains the tabular model as J64 and J65 say', async () => {
    const { cats, conts, y } = tabularData();
    using model = deterministicModel();
    const rows = {
      length: 6,
      get: (i: number) => [[cats.select(0, i), conts.select(0, i)], y.select(0, i)] as const,
    };
    const losses: number[] = [];
    using learn = new Learner(DataBunch.create(rows, rows, { bs: 6 }), model, {
      lossFunc: flatMse,
      silent: true,
      metrics: [rmse, mae],
      callbacks: [{ onBackwardBegin: ({ lastLoss }) => void losses.push(Number(lastLoss.item())) }],
    });
    const shapes = learn.opt.optimizer.paramGroups.map(({ params }) =>
      params.map(({ shape }) => shape.join()),
    );
    expect(shapes).toEqual([
      ['4,3', '3,2', '4,7', '3,4', '1,3'],
      ['2', '2', '4', '4', '4', '3', '3', '3', '1'],
    ]);

    await learn.fitOneCycle(5, 0.01, { wd: 0.2 });
    expectValues(losses, [6.8080573, 6.7911243, 6.4940681, 6.2201304, 6.0610452], 1e-4);
    const { valLosses, metrics, metricNames } = learn.recorder;
    expectValues(valLosses, [4.248389, 3.922257, 3.631385, 3.417844, 3.283171], 1e-4);
    expect(metricNames).toEqual(['rmse', 'mae']);
    expectValues(metrics.at(-1), [1.8119522, 1.5469112], 1e-4);
    tidy(() =>
      expectValues(
        model.eval().call(cats, conts),
        [3.0884888, 3.89851, 3.8121345, 3.89851, 2.923626, 3.89851],
        1e-4,
      ),
    );
    const again = await learn.validate();
    expect(again).toEqual([valLosses.at(-1), ...(metrics.at(-1) ?? [])]);
    for (const made of [cats, conts, y]) made.dispose();
  });
});
