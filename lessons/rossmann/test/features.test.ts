import { fileURLToPath } from 'node:url';
import { torch } from '@flambeau/core';
import {
  type DataTensors,
  generateTables,
  locateTables,
  type PreparedData,
  prepareData,
  readTables,
  writeTables,
} from '@flambeau/lesson-rossmann';
import { expect, it } from 'vitest';
import { describeWithOracle, type Oracle } from '../../../test/oracle/oracle.js';
import { describeWithData } from '../../../test/realData.js';
import { temporaryFolder } from './temporary.js';

const python = fileURLToPath(new URL('python', import.meta.url));

/** Rows compared of each part. */
const sampleSize = 5000;

/** Compares random rows of both parts, and all that was learned from the training rows. */
async function compareWithPandas(oracle: Oracle, folder: string, data: PreparedData) {
  const rows = (tensors: DataTensors) => torch.randint(tensors.target.length, [sampleSize]);
  using trainRows = rows(data.train);
  using validRows = rows(data.valid);
  const pick = ({ cats, conts, target }: DataTensors, at: typeof trainRows) => [
    torch.tensor(target.length),
    cats.indexSelect(0, at),
    conts.indexSelect(0, at),
    target.indexSelect(0, at),
  ];
  await oracle.compare(
    ({ trainRows, validRows }) => [
      torch.tensor(data.classCounts.map(BigInt)),
      ...pick(data.train, trainRows),
      ...pick(data.valid, validRows),
    ],
    `
import sys
sys.path.insert(0, python)
import features
data = features.encode(folder)
result = [torch.tensor(data["class_counts"])]
for part, rows in ((data["train"], trainRows), (data["valid"], validRows)):
    result += [torch.tensor(float(len(part["target"])))]
    result += [part[name][rows] for name in ("cats", "conts", "target")]
`,
    { python, folder, trainRows, validRows },
  );
}

describeWithOracle('features', (oracle) => {
  it('equal what pandas makes of generated tables', async () => {
    using folder = temporaryFolder();
    writeTables(generateTables(40, oracle.seed), folder.path);
    using data = prepareData(readTables(folder.path));
    await compareWithPandas(oracle, folder.path, data);
  });
});

describeWithData('the real tables', (folder) => {
  it('give the rows, classes and largest sales of the lesson', () => {
    using data = prepareData(readTables(locateTables(folder)));
    expect(data.train.cats.shape).toEqual([802_943, 15]);
    expect(data.train.conts.shape).toEqual([802_943, 3]);
    expect(data.valid.target.shape).toEqual([41_395]);
    expect(data.maxSales).toBe(41_551);
    const classes = Object.fromEntries(
      data.catNames.map((name, place) => [name, data.classCounts[place]]),
    );
    expect(classes).toEqual({
      Store: 1116,
      DayOfWeek: 8,
      Year: 4,
      Month: 13,
      Day: 32,
      StateHoliday: 3,
      CompetitionMonthsOpen: 26,
      Promo2Weeks: 27,
      StoreType: 5,
      Assortment: 4,
      PromoInterval: 4,
      CompetitionOpenSinceYear: 24,
      Promo2SinceYear: 9,
      Week: 53,
      CompetitionDistance_na: 3,
    });
  });

  describeWithOracle('in pandas', (oracle) => {
    it('give the same features', async () => {
      using data = prepareData(readTables(locateTables(folder)));
      await compareWithPandas(oracle, locateTables(folder), data);
    });
  });
});
