// A worker that trains a small model until it is terminated, or hands its weights back.

import { parentPort, workerData } from 'node:worker_threads';
import { nn, optim, tidy, torch, toTransferable } from '@flambeau/core';

const model = new nn.Sequential(new nn.Linear(8, 32), new nn.ReLU(), new nn.Linear(32, 1));
const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-2 });

for (let step = 0; step < workerData.steps; step++) {
  const train = () => {
    const x = torch.randn(64, 8);
    const loss = model
      .call(x)
      .sub(x.sum(1, { keepdim: true }))
      .pow(2)
      .mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  };
  // Every other step without a scope, so that a termination meets tensors of both kinds.
  const loss = step % 2 === 0 ? tidy(train) : train();
  if (step === 0) parentPort.postMessage({ loss });
}
const weight = model.stateDict()['0.weight'];
parentPort.postMessage({ weight: toTransferable(weight), address: weight.dataPtr() });
