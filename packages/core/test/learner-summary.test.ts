import {
  DataBunch,
  Learner,
  layersInfo,
  nn,
  optim,
  summary,
  type Tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { inOrder } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';
import { resnetBody } from './resnet.js';

/** One ReLU for two layers. */
class SmallNet extends nn.Module {
  readonly conv1 = new nn.Conv2d(3, 8, 3, { stride: 2, padding: 1, bias: false });
  readonly bn1 = new nn.BatchNorm2d(8);
  readonly relu = new nn.ReLU();
  readonly conv2 = new nn.Conv2d(8, 1000, 3);
  readonly unused = new nn.Linear(2, 2);

  protected override forward(input: Tensor): Tensor {
    return this.relu.call(this.conv2.call(this.relu.call(this.bn1.call(this.conv1.call(input)))));
  }
}

class Recurrent extends nn.Module<[input: Tensor], readonly [Tensor, readonly Tensor[]]> {
  protected override forward(input: Tensor): readonly [Tensor, readonly Tensor[]] {
    return [input, [input.sum(1)]];
  }
}

class Counter {
  onBatchEnd(): void {}
}

const line = '_'.repeat(70);
const doubleLine = '='.repeat(70);
const header = 'Layer (type)         Output Shape         Param #    Trainable ';

describe('summary', () => {
  expectNoLeaks();

  it('of a learner is laid out as in fast.ai', async () => {
    const x = torch.randn([4, 10]);
    const y = torch.randn([4, 1]);
    const model = new nn.Sequential(
      new nn.Linear(10, 100),
      new nn.ReLU({ inplace: true }),
      new nn.BatchNorm1d(100),
      new nn.Dropout(0.1),
      new nn.Linear(100, 1),
    );
    model.at(0).requiresGrad_(false);
    const data = new DataBunch(inOrder(x, y, 4), null, { device: 'cpu' });
    const learn = new Learner(data, model, {
      lossFunc: new nn.MSELoss(),
      callbacks: [new Counter()],
    });
    expect(await learn.summary()).toBe(
      `Sequential
${doubleLine}
${header}
${doubleLine}
Linear               [100]                1,100      False     
${line}
ReLU                 [100]                0          False     
${line}
BatchNorm1d          [100]                200        True      
${line}
Dropout              [100]                0          False     
${line}
Linear               [1]                  101        True      
${line}

Total params: 1,401
Total trainable params: 301
Total non-trainable params: 1,100
Optimized with Adam, betas=(0.9, 0.99), eps=1e-08
Using true weight decay as discussed in https://www.fast.ai/2018/07/02/adam-weight-decay/ 
Loss function : MSELoss
${doubleLine}
Callbacks functions applied 
    Counter`,
    );
    expect(model.training).toBe(true);
    for (const part of [learn, model, x, y]) part.dispose();
  });

  it('names the optimiser that was chosen, and a loss that is a function', async () => {
    const x = torch.randn([4, 2]);
    using model = new nn.Linear(2, 1);
    const data = new DataBunch(inOrder(x, x, 4), null, { device: 'cpu' });
    using learn = new Learner(data, model, {
      optFunc: (params) => new optim.SGD(params, { momentum: 0.9 }),
      lossFunc: nn.functional.mseLoss,
      trueWd: false,
    });
    const text = await learn.summary();
    expect(text).toContain(
      '\nOptimized with SGD, momentum=0.9, dampening=0.0\nLoss function : mseLoss\n',
    );
    x.dispose();
  });

  it('needs a training batch', async () => {
    const x = torch.randn([0, 2]);
    using model = new nn.Linear(2, 1);
    const data = new DataBunch(inOrder(x, x, 4), null, { device: 'cpu' });
    using learn = new Learner(data, model, { lossFunc: new nn.MSELoss() });
    await expect(learn.summary()).rejects.toThrow('a summary needs a training batch');
    x.dispose();
  });

  it('of a model shows a module that runs twice once, with its last shape', () =>
    tidy(() => {
      expect(summary(new SmallNet(), torch.randn([5, 3, 8, 8]))).toBe(
        `SmallNet
${doubleLine}
${header}
${doubleLine}
Conv2d               [8, 4, 4]            216        True      
${line}
BatchNorm2d          [8, 4, 4]            16         True      
${line}
ReLU                 [1000, 2, 2]         0          False     
${line}
Conv2d               [1000, 2, 2]         73,000     True      
${line}

Total params: 73,238
Total trainable params: 73,238
Total non-trainable params: 0
`,
      );
    }));

  it('counts the parameters of the lesson, frozen but for batch norms and head', async () => {
    const body = resnetBody();
    const head = new nn.Sequential(
      new nn.AdaptiveConcatPool2d(),
      new nn.Flatten(),
      ...nn.bnDropLin(1024, 512, { p: 0.25, actn: new nn.ReLU({ inplace: true }) }),
      ...nn.bnDropLin(512, 37, { p: 0.5 }),
      new nn.BatchNorm1d(37, { momentum: 0.01 }),
    );
    const model = new nn.Sequential(body, head);
    const x = torch.randn([2, 3, 64, 64]);
    const data = new DataBunch(inOrder(x, x, 2), null, { device: 'cpu' });
    const learn = new Learner(data, model, { lossFunc: new nn.CrossEntropyLoss() });
    learn.split([body.getSubmodule('6'), head]).freeze();
    const text = await learn.summary();
    expect(text).toContain('Total params: 21,831,599\n');
    expect(text).toContain('Total trainable params: 563,951\n');
    expect(text).toContain('Total non-trainable params: 21,267,648\n');
    expect(text).toContain('\nConv2d               [64, 32, 32]         9,408      False     \n');
    expect(text).toContain('\nLinear               [37]                 18,981     True      \n');
    for (const part of [learn, model, x]) part.dispose();
  });

  it('lists the shapes of several outputs', () =>
    tidy(() => {
      const model = new Recurrent();
      expect(layersInfo(model, torch.ones([2, 5, 3]))).toEqual([
        { layer: 'Recurrent', outputShapes: [[5, 3], [3]], params: 0, trainable: false },
      ]);
      expect(summary(model, torch.ones([2, 5, 3]))).toContain(
        '\nRecurrent            [5, 3], [3]          0  ',
      );
    }));
});
