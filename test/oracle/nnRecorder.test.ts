import { nn, optim, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { NnRecorder } from './nnRecorder.js';

it('records what is called in an accepted comparison, and nothing else', () =>
  tidy(() => {
    const recorder = new NnRecorder();
    const x = torch.ones([2, 3]);
    class Own extends nn.Linear {}

    recorder.begin();
    const model = new nn.Sequential(new Own(3, 3), new nn.ReLU(), new nn.Tanh());
    model.slice(0, 2).call(x);
    nn.functional.softplus(x);
    new nn.ModuleList([new nn.GELU()]).toString();
    recorder.end();
    new nn.Tanh().call(x);
    expect(recorder.compared).toEqual([]);

    recorder.accept();
    const found = ['functionals.softplus', 'modules.ModuleList', 'modules.ReLU'];
    expect(recorder.compared).toEqual([...found, 'modules.Sequential']);

    recorder.begin();
    using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const scheduler = new optim.lrScheduler.StepLR(optimizer, 2);
    optimizer.step();
    recorder.end();
    recorder.accept();
    expect(recorder.compared).toContain('optimizers.SGD');
    expect(scheduler.getLastLr()).toEqual([0.1]);

    recorder.begin();
    new nn.Softsign().call(x);
    recorder.end();
    recorder.begin();
    recorder.end();
    recorder.accept();
    expect(recorder.compared).not.toContain('modules.Softsign');
  }));
