import { nn, optim, tidy, torch } from '@flambeau/core';
import type { BenchCase } from '../case.js';

const sizes = { batch: 64, inputs: 64, hidden: 128, classes: 10 };

/** A training step of a small network: forward, cross-entropy, backward and AdamW. */
export const mlp: BenchCase = {
  name: 'MLP step, batch 64',
  target: 0.9,
  prepare() {
    const { batch, inputs, hidden, classes } = sizes;
    const model = new nn.Sequential(
      new nn.Linear(inputs, hidden),
      new nn.ReLU(),
      new nn.Linear(hidden, hidden),
      new nn.ReLU(),
      new nn.Linear(hidden, classes),
    );
    const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 });
    const x = torch.randn([batch, inputs]);
    const y = torch.randint(classes, [batch]);
    const step = () => {
      const loss = nn.functional.crossEntropy(model.call(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    };
    return {
      run(count) {
        for (let i = 0; i < count; i++) tidy(step);
      },
      python: [
        { label: 'python AdamW', module: 'mlp', arguments: { ...sizes, fused: false } },
        { label: 'python AdamW fused', module: 'mlp', arguments: { ...sizes, fused: true } },
      ],
      [Symbol.dispose]() {
        for (const held of [x, y, model, optimizer]) held[Symbol.dispose]();
      },
    };
  },
};
