import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataBunch, io, Learner, type LearnerOptions, nn, optim, tidy } from '@flambeau/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { inOrder, randomPairs } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

let path = '';
beforeAll(() => {
  path = mkdtempSync(join(tmpdir(), 'flambeau-learner-'));
});
afterAll(() => rmSync(path, { recursive: true }));

const [x, y] = randomPairs(8);
afterAll(() => {
  x.dispose();
  y.dispose();
});

const build = (hidden = 3) =>
  new nn.Sequential(new nn.Linear(2, hidden), new nn.BatchNorm1d(hidden), new nn.Linear(hidden, 1));

function learnerOf(model: nn.AnyModule, options: LearnerOptions = {}): Learner {
  const data = new DataBunch(inOrder(x, y, 4), null, { device: 'cpu', path });
  return new Learner(data, model, { lossFunc: new nn.MSELoss(), silent: true, ...options });
}

/** The losses of one epoch. */
async function epoch(learn: Learner): Promise<readonly number[]> {
  await learn.fit(1, 0.1);
  return learn.recorder.losses;
}

describeWithOracle('what a learner saves', (oracle) => {
  it('is read as the guide says, and Python goes on', async () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh(), new nn.Linear(3, 1));
    const learn = learnerOf(model);
    await learn.fit(2, 0.05, { wd: 0 });
    const file = learn.save(join(path, 'for Python'));
    await learn.fit(1, 0.05, { wd: 0 });
    const rawLosses = unsmoothed(learn.recorder.losses);
    const guide = readFileSync(join(import.meta.dirname, '../../../docs/predictions.md'), 'utf8');
    const [, read = ''] = /```python\n([\s\S]+?)```/.exec(guide) ?? [];
    const { result } = await oracle.evaluate(
      `model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
weights = [model[0].weight, model[2].weight]
biases = [model[0].bias, model[2].bias]
optimizer = torch.optim.Adam([{'params': weights}, {'params': biases}])
${read.replace("'models/1.safetensors'", 'file_path')}
result = []
for i in range(0, 8, 4):
    loss = F.mse_loss(model(x[i:i + 4]), y[i:i + 4])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    result.append(loss.item())`,
      { file_path: file, x, y },
    );
    const theirs = result as number[];
    expect(theirs).toHaveLength(2);
    for (const [i, loss] of theirs.entries()) expect(loss).toBeCloseTo(rawLosses[i] as number, 4);
    learn.dispose();
    model.dispose();
  });
});

/** The losses of two batches, from their averages: 0.98 and 0.02 are fast.ai's weights. */
function unsmoothed([first = 0, second = 0]: readonly number[]): number[] {
  return [first, (second * (1 - 0.98 ** 2) - 0.98 * 0.02 * first) / 0.02];
}

describe('save and load', () => {
  expectNoLeaks();

  it('go on where they were, in a model with other numbers', async () => {
    using model = build();
    using other = build();
    using learn = learnerOf(model);
    using again = learnerOf(other);
    await learn.fit(1, 0.1);
    expect(learn.save('1')).toBe(join(path, 'models', '1.safetensors'));
    const expected = await epoch(learn);
    expect(again.load('1')).toBe(again);
    expect(await epoch(again)).toEqual(expected);
    expect(learn.load('1').recorder).toBe(learn.recorder);
    expect(await epoch(learn)).toEqual(expected);
    expect(readdirSync(join(path, 'models'))).toEqual(['1.safetensors']);
  });

  it('leave the optimiser out where they are told to', async () => {
    using model = build();
    using learn = learnerOf(model);
    await learn.fit(1, 0.1);
    learn.save('with');
    learn.save('without', { withOpt: false });
    using file = io.safeOpen(join(path, 'models', 'without.safetensors'));
    expect(file.keys().every((key) => key.startsWith('model.'))).toBe(true);

    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    using other = build();
    using again = learnerOf(other);
    again.load('without').load('with', { withOpt: false });
    expect(again.opt.optimizer.stateDict().state.size).toBe(0);
    expect(warn).not.toHaveBeenCalled();
    again.load('without', { withOpt: true });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('holds no state of an optimiser'));
    warn.mockRestore();
  });

  it('list what does not fit the model, which stays as it is', () =>
    tidy(() => {
      const learn = learnerOf(build());
      learn.save('small');
      const larger = learnerOf(build(4));
      const before = larger.model.getParameter('0.weight').clone();
      expect(() => larger.load('small')).toThrow('size mismatch for 0.weight');
      expect(larger.model.getParameter('0.weight').equal(before)).toBe(true);

      const fewer = new nn.Sequential(new nn.Linear(2, 3));
      expect(() => learnerOf(fewer).load('small')).toThrow(
        'Unexpected key(s) in state_dict: "1.weight", "1.bias"',
      );
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      learnerOf(fewer).load('small', { strict: false });
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('was not loaded: its parameters'));
      warn.mockRestore();
      expect(fewer.getParameter('0.weight').equal(learn.model.getParameter('0.weight'))).toBe(true);
    }));

  it('warn where the optimiser is of another kind of groups', async () => {
    using model = build();
    using learn = learnerOf(model);
    learn.save('one group');
    learn.split([model.at(0), model.at(2)]);
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    learn.load('one group');
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('are grouped otherwise'));
    warn.mockRestore();
  });

  it('take an absolute name, folders in names, and know their own files only', () =>
    tidy(() => {
      const learn = learnerOf(build(), {
        optFunc: (params) => new optim.SGD(params),
        modelDir: 'others',
      });
      expect(learn.save('a/b')).toBe(join(path, 'others', 'a', 'b.safetensors'));
      expect(learn.save(join(path, 'elsewhere'))).toBe(join(path, 'elsewhere.safetensors'));
      expect(existsSync(join(path, 'elsewhere.safetensors'))).toBe(true);
      io.saveFile(learn.model.stateDict(), join(path, 'plain.safetensors'));
      expect(() => learn.load(join(path, 'plain'))).toThrow(io.FileFormatError);
      expect(() => learn.load('nowhere')).toThrow('ENOENT');
      expect(() => learn.save('x', { with_opt: true } as never)).toThrow("no option 'with_opt'");
    }));
});
