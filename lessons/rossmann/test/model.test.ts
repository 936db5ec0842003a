import { memory, nn, noGrad, type Tensor, tidy, torch } from '@flambeau/core';
import {
  embeddingSize,
  embeddingSizes,
  lessonModel,
  lessonOptimizer,
  logSalesRange,
  oneCycle,
  TabularModel,
  trainBatch,
} from '@flambeau/lesson-rossmann';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

/** Classes of all 24 categorical variables of the lesson, whose count of parameters is known. */
const lessonClasses = [
  1116, 8, 4, 13, 32, 3, 26, 27, 5, 4, 4, 24, 9, 13, 53, 22, 7, 7, 4, 4, 9, 9, 3, 3,
];

let tensors = 0;
beforeAll(() => {
  tensors = memory.liveTensors();
});
afterAll(() => expect(memory.liveTensors()).toBe(tensors));

describe('the lesson’s model', () => {
  it('has fast.ai’s embedding sizes', () => {
    const expected = {
      1: 2,
      3: 3,
      5: 4,
      7: 5,
      10: 6,
      13: 7,
      24: 9,
      32: 11,
      53: 15,
      100: 21,
      365: 44,
      1116: 81,
      20000: 410,
      40000: 600,
    };
    for (const [classes, size] of Object.entries(expected)) {
      expect(embeddingSize(Number(classes))).toBe(size);
    }
  });

  it('scales its output up to 1.2 times the largest sales', () => {
    expect(logSalesRange(41_551)[1]).toBeCloseTo(10.816998424176623, 12);
  });

  it('has 831,054 parameters with all variables of the lesson', () => {
    using model = new TabularModel(embeddingSizes(lessonClasses), 16, {
      ...lessonModel,
      yRange: [0, 10],
    });
    const counts = [...model.parameters()].map((parameter) => parameter.numel());
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(831_054);
  });

  it('begins with small embeddings', () =>
    tidy(() => {
      using model = new TabularModel([[5000, 50]], 1, { ...lessonModel, yRange: [0, 1] });
      const { weight } = model.embeds.at(0);
      expect(weight.abs().max().item()).toBeLessThan(0.02);
      expect(weight.std().item()).toBeCloseTo(0.0086589, 4);
    }));

  it('wants a probability for each hidden layer', () => {
    expect(
      () => new TabularModel([[4, 3]], 1, { layers: [4, 3], ps: [0], embDrop: 0, yRange: [0, 1] }),
    ).toThrow(RangeError);
  });
});

/** The model, inputs and targets for which fast.ai v1 1.0.64 gave golden values. */
function goldenModel() {
  const model = new TabularModel(
    [
      [4, 3],
      [3, 2],
    ],
    2,
    { layers: [4, 3], ps: [0, 0], embDrop: 0, yRange: [0, 10] },
  );
  let next = 0;
  const linearNames = /^(embeds|layers\.[036])\./;
  for (const [name, parameter] of model.namedParameters()) {
    if (!linearNames.test(name)) continue;
    const values = Array.from({ length: parameter.numel() }, () => 0.5 * Math.sin(next++));
    noGrad(() => tidy(() => void parameter.copy_(torch.tensor(values).view(parameter.shape))));
  }
  expect(next).toBe(69);
  const cats = torch.tensor([
    [0n, 1n],
    [1n, 2n],
    [2n, 0n],
    [3n, 1n],
    [1n, 1n],
    [2n, 2n],
  ]);
  const conts = torch.tensor([
    [0.5, -1],
    [1.5, 0],
    [-0.5, 2],
    [0, 1],
    [-1, -2],
    [2, 0.25],
  ]);
  const target = torch.tensor([3, 5, 2, 7, 4, 6]);
  return { model, cats, conts, target };
}

const goldenForward = [2.4952152, 4.1732636, 6.905725, 4.0260906, 2.0861549, 4.1732636];
const goldenEvaluation = [2.8521884, 3.5043659, 3.6727419, 3.5043659, 2.5698357, 3.5043659];

function expectValues(actual: Tensor, expected: readonly number[], tolerance = 1e-5): void {
  const values = [...(actual.toTypedArray() as Float32Array)];
  expect(values).toHaveLength(expected.length);
  for (const [place, value] of values.entries()) {
    expect(Math.abs(value - (expected[place] as number))).toBeLessThan(tolerance);
  }
}

describe('with fast.ai’s golden weights', () => {
  it('computes the same in training and in evaluation', () =>
    tidy(() => {
      const { model, cats, conts } = goldenModel();
      expectValues(model.call(cats, conts), goldenForward);
      expectValues(model.bnCont.runningMean as Tensor, [0.04166667, 0.00416667]);
      expectValues(model.bnCont.runningVar as Tensor, [1.0341667, 1.1010417]);
      model.eval();
      expectValues(model.call(cats, conts), goldenEvaluation);
    }));

  it('takes the same steps in one cycle of five', () =>
    tidy(() => {
      const { model, ...data } = goldenModel();
      const rows = () => torch.arange(6n);
      const schedule = oneCycle(5, 0.01);
      using optimizer = lessonOptimizer(model, 0.2);
      const trainLosses = [6.8080573, 6.7911243, 6.4940681, 6.2201304, 6.0610452];
      const validLosses = [4.248389, 3.922257, 3.631385, 3.417844, 3.283171];
      for (let step = 0; step < 5; step++) {
        model.train();
        const loss = trainBatch(model, optimizer, data, rows, schedule(step));
        expect(Math.abs(loss / (trainLosses[step] as number) - 1)).toBeLessThan(1e-4);
        model.eval();
        const outputs = noGrad(() => model.call(data.cats, data.conts).view([-1]));
        const valid = nn.functional.mseLoss(outputs, data.target).item() as number;
        expect(Math.abs(valid / (validLosses[step] as number) - 1)).toBeLessThan(1e-4);
        if (step < 4) continue;
        const last = [3.0884888, 3.89851, 3.8121345, 3.89851, 2.923626, 3.89851];
        expectValues(outputs, last, 4e-4);
      }
    }));
});

describeWithOracle('the model in Python', (oracle) => {
  it('has the same text and the same state keys', async () => {
    using model = new TabularModel(embeddingSizes([1116, 8, 4]), 3, {
      ...lessonModel,
      yRange: [0, 10],
    });
    const { result } = await oracle.evaluate(`
class TabularModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeds = nn.ModuleList([nn.Embedding(1116, 81), nn.Embedding(8, 5), nn.Embedding(4, 3)])
        self.emb_drop = nn.Dropout(0.04)
        self.bn_cont = nn.BatchNorm1d(3)
        self.layers = nn.Sequential(
            nn.Linear(92, 1000), nn.ReLU(inplace=True), nn.BatchNorm1d(1000), nn.Dropout(0.001),
            nn.Linear(1000, 500), nn.ReLU(inplace=True), nn.BatchNorm1d(500), nn.Dropout(0.01),
            nn.Linear(500, 1),
        )

model = TabularModel()
result = [str(model), "\\n".join(model.state_dict())]
`);
    const keys = tidy(() => Object.keys(model.stateDict()).join('\n'));
    expect([model.toString(), keys]).toEqual(result);
  });
});
