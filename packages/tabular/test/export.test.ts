import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CategoryList,
  DataBunch,
  FloatList,
  type LabelFromOptions,
  Learner,
  MultiCategoryList,
  nn,
  type Tensor,
  tidy,
} from '@flambeau/core';
import {
  Categorify,
  FillMissing,
  loadTabularLearner,
  Normalize,
  type ProcFactory,
  type TabularDataBunch,
  TabularList,
  TabularProc,
  type TabularRow,
  tabularLearner,
} from '@flambeau/tabular';
import pl, { type DataFrame } from 'nodejs-polars';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

expectNoLeaks();

let path = '';
beforeAll(() => {
  path = mkdtempSync(join(tmpdir(), 'flambeau-tabular-'));
});
afterAll(() => rmSync(path, { recursive: true }));

const df = pl.DataFrame({
  store: ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b'],
  open: [true, true, false, true, false, true, true, false],
  year: [2013, 2014, 2015, 2013, 2014, 2015, 2013, 2014],
  distance: [1.5, null, 3, 2, 5, 1, null, 2],
  size: ['s', 'l', 'l', 's', 's', 'm', 'm', 'l'],
  tags: ['x y', 'y', 'x', '', 'z x', 'y', 'z', 'x'],
  sales: [100, 200, 300, 110, 190, 310, 105, 205],
});
const unknown: readonly TabularRow[] = [
  { store: 'c', open: false, year: 2015, distance: 2.5 },
  { store: 'z', open: true, year: 1999, distance: null },
  { store: null, open: null, year: null, distance: 100, sales: 3 },
];

/** Adds what it has learned, and has an option that a class does not know. */
class Shifted extends TabularProc {
  #shift = 0;
  protected override applyTrain(frame: DataFrame): DataFrame {
    this.#shift = frame.height;
    return this.applyTest(frame);
  }
  protected override applyTest(frame: DataFrame): DataFrame {
    return frame.withColumns(pl.col('distance').add(pl.lit(this.#shift)));
  }
  override exportState() {
    return { shift: this.#shift };
  }
  override loadState({ shift }: { shift?: unknown }) {
    this.#shift = shift as number;
  }
}

function dataOf(
  target: string,
  options: LabelFromOptions,
  procs: readonly ProcFactory[] = [FillMissing, Categorify, Normalize],
): TabularDataBunch {
  return TabularList.fromDf(df, {
    catNames: ['store', 'open', 'year'],
    contNames: ['distance'],
    procs,
  })
    .splitByIdx([0, 1])
    .labelFromDf(target, options)
    .databunch({ bs: 2, device: 'cpu', path });
}

/** Trains, exports as `file`, and gives what is predicted. */
async function exported(data: TabularDataBunch, file: string) {
  using learn = tabularLearner(data, {
    layers: [4],
    ps: 0.1,
    silent: true,
  });
  using _model = learn.model;
  await learn.fit(1, 0.05);
  learn.export(file);
  return predicted(learn);
}

function predicted(learn: Pick<ReturnType<typeof loadTabularLearner>, 'predictItems'>) {
  return tidy(() => {
    const { labels, outputs } = learn.predictItems(unknown);
    return { labels, outputs: (outputs as Tensor).toArray() };
  });
}

describe('a learner of tables that was exported', () => {
  const kinds: readonly (readonly [string, string, LabelFromOptions])[] = [
    ['numbers', 'sales', { labelCls: FloatList, log: true }],
    ['categories', 'size', { labelCls: CategoryList }],
    ['many categories', 'tags', { labelCls: MultiCategoryList, labelDelim: ' ' }],
  ];

  it.each(kinds)('predicts %s in another process as before', async (_, target, options) => {
    using data = dataOf(target, options);
    const before = await exported(data, 'table.safetensors');
    const program = `
      import { loadTabularLearner } from '@flambeau/tabular';
      const learn = loadTabularLearner(process.argv[1], 'table.safetensors');
      const { labels, outputs } = learn.predictItems(JSON.parse(process.argv[2]));
      console.log(JSON.stringify({ labels, outputs: outputs.toArray(), c: learn.data.c }));`;
    const args = ['--input-type=module', '-e', program, path, JSON.stringify(unknown)];
    const printed = execFileSync(process.execPath, args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    expect(JSON.parse(printed)).toEqual({ ...before, c: data.c });
  });

  it('has its processors with their options, and those of the user', async () => {
    const fill = (cats: readonly string[], conts: readonly string[]) =>
      new FillMissing(cats, conts, { fillStrategy: 'constant', addCol: false, fillVal: 7 });
    using data = dataOf('sales', { labelCls: FloatList }, [fill, Categorify, Shifted]);
    const before = await exported(data, 'own.safetensors');
    expect(() => loadTabularLearner(path, 'own.safetensors')).toThrow(
      "there is no processor 'Shifted': give its class among the procs",
    );
    using learn = loadTabularLearner(path, 'own.safetensors', { procs: [Shifted] });
    using _model = learn.model;
    expect(predicted(learn)).toEqual(before);
    (learn.data as TabularDataBunch).dispose();
  });

  it('is told from others', () => {
    const bunch = DataBunch.create([], null);
    using model = new nn.Linear(1, 1);
    using learn = new Learner(bunch, model, { lossFunc: new nn.MSELoss(), path });
    learn.export('other.safetensors');
    expect(() => loadTabularLearner(path, 'other.safetensors')).toThrow(
      'the export is not that of a learner of tables: use loadLearner',
    );
  });

  it('predicts a test table', async () => {
    using data = dataOf('size', { labelCls: CategoryList });
    const { outputs } = await exported(data, 'test.safetensors');
    const test = pl.DataFrame({
      store: ['c', 'z'],
      open: [false, true],
      year: [2015, 1999],
      distance: [2.5, null],
    });
    using learn = loadTabularLearner(path, 'test.safetensors', { test, bs: 1, device: 'cpu' });
    using _model = learn.model;
    const [preds, targets] = await learn.getPreds({ dsType: 'test' });
    for (const [row, cells] of (preds.toArray() as number[][]).entries()) {
      for (const [place, cell] of cells.entries()) {
        expect(cell).toBeCloseTo((outputs as number[][])[row]?.[place] as number, 6);
      }
    }
    expect(learn.data.classes).toEqual(['l', 'm', 's']);
    await expect(learn.fit(1)).rejects.toThrow('the training data has no batch');
    for (const tensor of [preds, targets].flat()) tensor.dispose();
    (learn.data as TabularDataBunch).dispose();
  });
});
