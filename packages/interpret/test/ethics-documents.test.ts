import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { manualSeed, metrics, plot, type Tensor } from '@flambeau/core';
import {
  ClassificationInterpretation,
  datasetReport,
  datasheet,
  Interpretation,
  metricsByGroup,
  modelCard,
} from '@flambeau/interpret';
import { Categorify, FillMissing, Normalize, TabularList, tabularLearner } from '@flambeau/tabular';
import pl from 'nodejs-polars';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

function data() {
  const df = pl.DataFrame({
    colour: ['red', 'blue', 'red', 'blue', 'red', 'blue', 'red', 'blue'],
    size: [1, null, 3, 4, 5, 6, 7, 8],
    kind: ['x', 'y', 'x', 'y', 'y', 'x', 'y', 'x'],
  });
  return TabularList.fromDf(df, {
    catNames: ['colour'],
    contNames: ['size'],
    procs: [FillMissing, Categorify, Normalize],
  })
    .splitByIdx([4, 5, 6, 7])
    .labelFromDf('kind')
    .databunch({ bs: 2, device: 'cpu' });
}

describe('modelCard', () => {
  expectNoLeaks();

  it('says what is known of the model, and what is not stated', async () => {
    manualSeed(1);
    using bunch = data();
    using learn = tabularLearner(bunch, {
      layers: [4],
      metrics: [metrics.accuracy],
      silent: true,
    });
    await learn.fit(2, 0.01, { wd: 0 });
    using results = await ClassificationInterpretation.fromLearner(learn);
    const byColour = metricsByGroup({ preds: results.preds, targets: results.targets as Tensor }, [
      'red',
      'blue',
      'red',
      'blue',
    ]);
    const card = modelCard(learn, {
      name: 'Kinds',
      version: '2',
      intendedUse: 'To tell x from y.',
      limitations: ['few rows', 'two | colours'],
      groupReports: [byColour],
      results,
      failures: 2,
    });
    const text = card.toMarkdown();
    expect(text.startsWith('# Kinds, version 2\n\n## Intended use\n\nTo tell x from y.\n')).toBe(
      true,
    );
    expect(text).toContain('## Contact for appeals\n\n*not stated*\n');
    expect(text).toContain('- few rows\n- two | colours');
    const count = [...learn.model.parameters()].reduce((sum, it) => sum + it.numel(), 0);
    expect(text).toContain(`- parameters: ${count}, of which ${count} are trained`);
    expect(text).toContain('- loss: CrossEntropyFlat');
    expect(text).toContain('- epochs of the last fit: 2\n- highest learning rate: 0.01');
    expect(text).toContain('| accuracy |');
    expect(text).toContain('| red | 2 (few) | 0.500 |');
    expect(text).toContain('| item | predicted | actual | loss |');

    const json = JSON.parse(JSON.stringify(card));
    expect(json.appeals).toBeNull();
    expect(json.intendedUse).toBe('To tell x from y.');
    expect(json.preprocessing).toEqual(JSON.parse(JSON.stringify(bunch.exportState())));
    expect(json.failures).toHaveLength(2);
    expect(json.failures[0].item).toBe(`${results.topLosses(1).indices[0]}`);
    expect(json.metrics[0].metric).toBe('valid_loss');

    expect(card.missing).toEqual(['outOfScopeUse', 'dataSource', 'splitMethod', 'appeals']);
    expect(card.require('intendedUse', 'training')).toBe(card);
    expect(() => card.require('appeals', 'training', 'dataSource')).toThrow(
      'required but not stated: appeals,dataSource',
    );
    expect(() => card.require('name')).toThrow('there is no section name');
    expect(() => modelCard(learn, { intendeduse: '' } as object)).toThrow('no option');
    learn.model.dispose();
  });

  it('needs neither a fit nor results', async () => {
    using bunch = data();
    using learn = tabularLearner(bunch, { layers: [4], silent: true });
    const card = modelCard(learn);
    expect(card.title).toBe('TabularModel');
    expect(card.missing).toContain('metrics');
    expect(card.missing).toContain('failures');
    using results = await Interpretation.fromLearner(learn);
    const { failures } = modelCard(learn, { results }).toJSON();
    expect(Object.keys((failures as object[])[0] as object)).toEqual(['item', 'loss']);
    expect(failures).toHaveLength(4);
    learn.model.dispose();
  });
});

describe('datasheet', () => {
  it('has the report below the composition, and is saved as text or JSON', async () => {
    const report = datasetReport({ sex: ['f', 'm', 'm'] }, { groups: 'sex' });
    const sheet = datasheet({ name: 'Rows', composition: 'Three rows.', uses: ' ', report });
    expect(sheet.missing).toEqual(['motivation', 'collection', 'labelling', 'uses', 'maintenance']);
    const folder = mkdtempSync(join(tmpdir(), 'datasheet-'));
    try {
      await sheet.save(join(folder, 'sheet.md'));
      await sheet.save(join(folder, 'sheet.json'));
      const text = readFileSync(join(folder, 'sheet.md'), 'utf8');
      expect(text).toContain('## Composition\n\nThree rows.\n\n| part | group | n | share |');
      expect(text).toContain('| all | f | 1 (few) | 0.333 |');
      const { composition, uses } = JSON.parse(readFileSync(join(folder, 'sheet.json'), 'utf8'));
      expect(composition).toEqual(['Three rows.', expect.any(Array)]);
      expect(composition[1][1]).toMatchObject({ group: 'm', n: '2 (few)' });
      expect(uses).toBeNull();
      await expect(sheet.save(join(folder, 'sheet.txt'))).rejects.toThrow('.md or .json');
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect([`${sheet}`, inspect(sheet)]).toEqual([sheet.toMarkdown(), sheet.toMarkdown()]);
    expect(sheet[plot.notebookDisplay]()['text/markdown']).toBe(sheet.toMarkdown());
    expect(() => datasheet({ name: 'x', usage: 'y' } as never)).toThrow("no option 'usage'");
  });

  it('escapes what would break a table', () => {
    const report = datasetReport({ sex: ['a|b', 'c\nd'] }, { groups: 'sex' });
    const text = datasheet({ name: 'Rows', report }).toMarkdown();
    expect(text).toContain('| a\\|b |');
    expect(text).toContain('| c d |');
  });
});
