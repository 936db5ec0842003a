import {
  CategoryList,
  type Column,
  DatasetType,
  type data,
  EmptyLabelList,
  FloatList,
  ItemList,
  LabeledDataBunch,
  type LabelLists,
  labelsFromState,
  MultiCategoryList,
  permutation,
  type Rows,
  Scope,
  type SupervisedBatch,
  type Tensor,
  tensor,
  tidy,
} from '@flambeau/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope[Symbol.dispose]());

/** Numbers that are their own inputs, in a table with labels; training learns their maximum. */
class Numbers extends ItemList {
  override readonly bunchClass = NumbersBunch;
  readonly path = '.';
  readonly values: readonly number[];
  readonly #columns: Readonly<Record<string, readonly unknown[]>>;
  max: number | undefined;

  constructor(
    values: readonly number[],
    columns: Readonly<Record<string, readonly unknown[]>> = {},
  ) {
    super();
    this.values = values;
    this.#columns = columns;
  }

  get length(): number {
    return this.values.length;
  }

  override select(rows: Rows): this {
    return new Numbers(
      [...rows].map((row) => this.values[row] as number),
      this.#columns,
    ) as this;
  }

  override learn(): void {
    this.max = Math.max(...this.values);
  }

  override adopt(trained: this): void {
    this.max = trained.max;
  }

  override dataset(targets: Tensor): data.Dataset<SupervisedBatch> {
    const inputs = this.values.map((value) => value / (this.max ?? 1));
    return {
      length: this.length,
      get: (index) => [tensor(inputs[index] as number), targets.select(0, index)],
    };
  }

  override exportState(): { max: number | undefined } {
    return { max: this.max };
  }

  override column(name: string): Column {
    const values = this.#columns[name] as readonly unknown[];
    return { name, values, isFloat: name === 'float' };
  }
}

class NumbersBunch extends LabeledDataBunch<Numbers> {}

const numbers = (labels: Readonly<Record<string, readonly unknown[]>>) => {
  const [first] = Object.values(labels);
  return new Numbers(first?.map((_, place) => place) ?? [], labels);
};

function targets<Items extends ItemList>(lists: LabelLists<Items>): unknown[] {
  return [lists.train.y.tensor.toArray(), lists.valid.y.tensor.toArray()];
}

describe('splits', () => {
  const items = new Numbers([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const parts = ({ train, valid }: { train: Numbers; valid: Numbers }) => [
    train.values,
    valid.values,
  ];

  it('by rows keep the order given for validation', () => {
    expect(parts(items.splitByIdx([7, 2, 2]))).toEqual([
      [0, 1, 3, 4, 5, 6, 8, 9],
      [7, 2, 2],
    ]);
    expect(parts(items.splitByIdxs([5, 4], [0]))).toEqual([[5, 4], [0]]);
    expect(() => items.splitByIdx([10])).toThrow('row 10 is not among the 10 items');
  });

  it('at random equal those of NumPy', () => {
    expect([...permutation(10, 2)]).toEqual([4, 1, 5, 0, 7, 2, 3, 6, 9, 8]);
    expect([...permutation(10, 42)]).toEqual([8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
    expect([...permutation(7390, 2).slice(0, 8)]).toEqual([
      564, 6883, 194, 2312, 4140, 3961, 1500, 925,
    ]);
    expect(parts(items.splitByRandPct(0.25, 2))).toEqual([
      [5, 0, 7, 2, 3, 6, 9, 8],
      [4, 1],
    ]);
    expect(() => permutation(3, -1)).toThrow('seed must be whole');
    expect(() => items.splitByRandPct(1.5)).toThrow('validPct must be from 0 to 1, got 1.5');
  });

  it('without a seed are permutations too', () => {
    const { trainRows, validRows } = items.splitByRandPct();
    expect(validRows.length).toBe(2);
    expect([...trainRows, ...validRows].sort()).toEqual(items.values);
  });

  it('of shares, by a column, and none', () => {
    expect(parts(items.splitSubsets(0.3, 0.2, 2))).toEqual([
      [4, 1, 5],
      [9, 8],
    ]);
    expect(() => items.splitSubsets(0.8, 0.3)).toThrow('at most 1 together');
    expect(parts(items.splitNone())).toEqual([items.values, []]);
    const flagged = numbers({ isValid: [false, true, 0, 1] });
    expect(parts(flagged.splitFromDf('isValid'))).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });
});

describe('labels', () => {
  it('are of the kind of the first', () => {
    const kindOf = (name: string, first: unknown, second: unknown, options = {}) =>
      numbers({ [name]: [first, second] })
        .splitNone()
        .labelFromDf(name, options).train.y.constructor;
    expect(kindOf('float', 1, 2)).toBe(FloatList);
    expect(kindOf('label', 1, 2)).toBe(CategoryList);
    expect(kindOf('label', 'a', 'b')).toBe(CategoryList);
    expect(kindOf('label', ['a'], ['b'])).toBe(MultiCategoryList);
    expect(kindOf('label', 'a b', 'b', { labelDelim: ' ' })).toBe(MultiCategoryList);
    expect(kindOf('label', 1, 2, { labelCls: FloatList })).toBe(FloatList);
  });

  it('of numbers, and their logarithms', () => {
    const items = numbers({ sales: [1, 10, 100n, 1000] });
    const lists = items.splitByIdx([3]).labelFromDf('sales', { labelCls: FloatList, log: true });
    const logs = [1, 10, 100, 1000].map((value) => Math.fround(Math.log(value)));
    expect(targets(lists)).toEqual([logs.slice(0, 3), logs.slice(3)]);
    expect(lists.train.y.c).toBe(1);
    const two = numbers({ a: [1, 2], b: [3, 4] }).splitNone();
    const pair = two.labelFromDf(['a', 'b'], { labelCls: FloatList });
    expect(pair.train.y.tensor.toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(pair.train.y.c).toBe(2);
  });

  it.each([
    [[1, 0], true, "column 'sales', row 1: expected a number above 0 to take the log of, got 0"],
    [[1, -2], true, "column 'sales', row 1: expected a number above 0 to take the log of, got -2"],
    [
      [1, Number.NaN],
      false,
      "column 'sales', row 1: expected a finite number, got a missing value",
    ],
    [[null, 1], false, "column 'sales', row 0: expected a finite number, got a missing value"],
    [[1, 'many'], false, "column 'sales', row 1: expected a finite number, got many"],
  ])('refuse the numbers %j', (sales, log, message) => {
    const split = numbers({ sales }).splitNone();
    expect(() => split.labelFromDf('sales', { labelCls: FloatList, log })).toThrow(message);
  });

  it('of categories are those of the training items', async () => {
    const warnings: string[] = [];
    const listen = ({ message }: Error) => warnings.push(message);
    process.on('warning', listen);
    const items = numbers({ pet: ['dog', 'cat', 'B', 'dog', 'emu', 'cat'] });
    const lists = items.splitByIdx([3, 4, 5]).labelFromDf('pet');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(lists.train.y.classes).toEqual(['B', 'cat', 'dog']);
    expect(targets(lists)).toEqual([
      [2, 1, 0],
      [2, 1],
    ]);
    expect(lists.valid.x.values).toEqual([3, 5]);
    expect(warnings.join()).toContain(
      '1 items are left out whose category no training item has: emu',
    );
    expect(
      numbers({ n: [10, 9, 10] })
        .splitNone()
        .labelFromDf('n').train.y.classes,
    ).toEqual([9, 10]);
    const one = numbers({ pet: ['dog', 'dog'] }).splitNone();
    expect(() => one.labelFromDf('pet')).toThrow('expected at least two categories, got dog');
    const hole = numbers({ pet: ['dog', null, 'cat'] }).splitNone();
    expect(() => hole.labelFromDf('pet')).toThrow("column 'pet', row 1: expected a category");
  });

  it('of several categories', () => {
    const items = numbers({ tags: ['sun sea', 'sea', ''] });
    const lists = items.splitNone().labelFromDf('tags', { labelDelim: ' ' });
    expect(lists.train.y.classes).toEqual(['sea', 'sun']);
    expect(lists.train.y.tensor.toArray()).toEqual([
      [1, 1],
      [1, 0],
      [0, 0],
    ]);
    expect(() =>
      numbers({ tags: ['a', 2] })
        .splitNone()
        .labelFromDf('tags', { labelDelim: ' ' }),
    ).toThrow("column 'tags', row 1: expected a text of categories, got 2");
  });

  it('are the same for all items, or none', async () => {
    const split = new Numbers([5, 6, 7]).splitByIdx([1]);
    const same = split.labelConst(2);
    expect(same.train.y).toBeInstanceOf(FloatList);
    expect(targets(same)).toEqual([[2, 2], [2]]);
    expect(targets(split.labelConst())).toEqual([[0, 0], [0]]);
    const tags = split.labelConst(['a', 'b']);
    expect(tags.train.y.classes).toEqual(['a', 'b']);
    expect(() => split.labelConst('a')).toThrow('expected at least two categories, got a');

    const none = split.labelEmpty().addTest(new Numbers([8, 9]));
    expect(none.train.y).toBeInstanceOf(EmptyLabelList);
    expect(targets(none)).toEqual([[0, 0], [0]]);
    expect(none.train.y.get(1)).toBeUndefined();
    expect(none.train.y.texts(none.train.y.tensor)).toEqual(['', '']);
    const data = none.databunch({ bs: 2 });
    expect([data.c, data.classes, data.lossFunc]).toEqual([0, undefined, undefined]);
    const [x, y] = (await data.oneBatch(DatasetType.Test)) as [Tensor, Tensor];
    expect([x.shape, y.toArray()]).toEqual([[2], [0, 0]]);
  });

  it('from a list', () => {
    const items = new Numbers([5, 6]);
    expect(targets(items.splitNone().labelFromList(['b', 'a']))).toEqual([[1, 0], []]);
    expect(() => items.splitNone().labelFromList([1])).toThrow('expected 2 labels, got 1');
    const none = new Numbers([]).splitNone();
    expect(() => none.labelFromList([])).toThrow('there are no training items to label');
  });
});

describe('databunch', () => {
  it('loads the parts by what training has learned', () => {
    const items = numbers({ y: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] });
    const data = items
      .splitByIdx([8, 9])
      .labelFromDf('y', { labelCls: FloatList })
      .addTest(new Numbers([14, 7, 0]))
      .databunch({ bs: 3, valBs: 2 });
    const batches = (source: typeof data.trainDl | undefined) =>
      tidy(() => {
        const iterator = source?.batches();
        const found: number[][][] = [];
        while (iterator?.ready()) {
          const [x, y] = iterator.take() as [Tensor, Tensor];
          found.push([x.mul(7).round().toArray() as number[], y.toArray() as number[]]);
        }
        return found;
      });
    const train = batches(data.trainDl);
    expect(train.map(([x]) => x?.length)).toEqual([3, 3]);
    for (const [x, y] of train) expect(x).toEqual(y);
    expect(batches(data.validDl)).toEqual([
      [
        [8, 9],
        [8, 9],
      ],
    ]);
    expect(batches(data.fixDl).flatMap(([x]) => x)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(batches(data.testDl)).toEqual([
      [
        [14, 7],
        [0, 0],
      ],
      [[0], [0]],
    ]);
    expect(data.c).toBe(1);
    expect(data.trainDs.x.max).toBe(7);
    expect(data.validDs.x.length).toBe(2);
  });

  it('does without validation', () => {
    const items = numbers({ y: [0, 1] });
    const data = items.splitNone().labelFromDf('y').databunch({ bs: 1 });
    expect(data.validDl).toBeUndefined();
    expect(data.classes).toEqual([0, 1]);
  });
  it('has no other options', () => {
    const split = numbers({ y: [0, 1, 2, 3] }).splitNone();
    expect(() => split.labelFromDf('y', { labelClass: FloatList } as never)).toThrow(
      "labelling() has no option 'labelClass'",
    );
    const lists = split.labelFromDf('y');
    expect(() => lists.databunch({ batchSize: 2 } as never)).toThrow(
      "databunch() has no option 'batchSize'",
    );
  });

  it('loads other sizes of batches', () => {
    const split = numbers({ y: [0, 1, 2, 3, 4, 5] }).splitByIdx([4, 5]);
    const data = split.labelFromDf('y', { labelCls: FloatList }).databunch({ bs: 2 });
    expect([data.batchSize, data.trainDl.length, data.validDl?.length]).toEqual([2, 2, 1]);
    data.batchSize = 1;
    expect([data.batchSize, data.trainDl.length, data.validDl?.length]).toEqual([1, 4, 2]);
  });

  it('has no inputs of single items, and no table, unless the list makes them', async () => {
    const data = numbers({ y: [0, 1] })
      .splitNone()
      .labelFromDf('y')
      .databunch({ bs: 1 });
    expect(() => data.oneItem(3)).toThrow('Numbers makes no inputs of single items');
    expect(() => data.trainDs.x.splitByValidFunc(() => true)).toThrow(
      'does not tell what its items are made of',
    );
  });
});

describe('the state of labels', () => {
  it('makes labels that say the same', () => {
    const columns = { size: ['s', 'l', 'm'], tags: ['a b', 'b', ''], float: [1.25, 2, 3] };
    const split = numbers(columns).splitNone();
    for (const { train } of [
      split.labelFromDf('size'),
      split.labelFromDf('tags', { labelDelim: ' ' }),
      split.labelFromDf('float', { log: true }),
      split.labelEmpty(),
    ]) {
      const copy = labelsFromState(JSON.parse(JSON.stringify(train.y.exportState())));
      expect([copy.constructor, copy.c, copy.classes]).toEqual([
        train.y.constructor,
        train.y.c,
        train.y.classes,
      ]);
      expect(copy.exportState()).toEqual(train.y.exportState());
      expect(copy.texts(train.y.tensor)).toEqual(train.y.texts(train.y.tensor));
    }
    expect(split.labelFromDf('size').train.y.texts(tensor([2, 0]).long())).toEqual(['s', 'l']);
    const tags = split.labelFromDf('tags', { labelDelim: ' ' }).train.y;
    expect(tags.texts(tags.tensor)).toEqual(['a;b', 'b', '']);
    const floats = split.labelFromDf('float').train.y;
    expect(floats.texts(floats.tensor)).toEqual(['1.25', '2', '3']);
    expect(() => labelsFromState({ kind: 'Other' } as never)).toThrow("no kind of labels 'Other'");
  });
});
