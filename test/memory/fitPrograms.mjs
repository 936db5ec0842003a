// Long fits, each run in a process of its own. `node fitPrograms.mjs NAME` prints one line of JSON.

import { DataBunch, data, Learner, memory, nn, torch } from '@flambeau/core';

const MEGABYTE = 1 << 20;
const rows = 4000;
const x = torch.randn([rows, 8]);
const y = torch.randn([rows, 1]);
const model = new nn.Sequential(new nn.Linear(8, 16), new nn.ReLU(), new nn.Linear(16, 1));
const bunch = DataBunch.create(new data.TensorDataset(x, y), new data.TensorDataset(x, y), {
  bs: 8,
});
const stepsPerEpoch = bunch.trainDl.length;

/** The resident size at each thousandth step, in MB. */
const sizes = [];
let steps = 0;
const watch = {
  onBatchEnd: ({ train }) => {
    if (train && ++steps % 1000 === 0) sizes.push(process.memoryUsage().rss / MEGABYTE);
  },
};
const mae = (output, target) => output.sub(target).abs().mean();
const learn = new Learner(bunch, model, {
  lossFunc: new nn.MSELoss(),
  metrics: [mae],
  silent: true,
  callbacks: [watch],
});

/** Many short fits that end so. */
async function failing(fits, options) {
  let failures = 0;
  for (let i = 0; i < fits; i++) {
    try {
      await learn.fit(1, 1e-3, options());
    } catch {
      failures++;
    }
  }
  return { failures };
}

const programs = {
  /** 20,000 steps in epochs with validation. */
  async whole() {
    await learn.fitOneCycle(20_000 / stepsPerEpoch, 1e-3);
    return {};
  },

  /** Each epoch ends early. */
  async earlyBreak() {
    const stop = { onBatchEnd: ({ numBatch }) => ({ stopEpoch: numBatch >= 99 }) };
    await learn.fit(200, 1e-3, { callbacks: [stop] });
    return {};
  },

  /** A callback throws where gradients are there. */
  thrownCallback() {
    const fail = () => ({
      onBackwardEnd: ({ iteration }) => {
        if (iteration === 49) throw new Error('stop');
      },
    });
    return failing(400, () => ({ callbacks: [fail()] }));
  },

  /** The fit is aborted. */
  abort() {
    return failing(400, () => {
      const controller = new AbortController();
      const abort = {
        onBatchEnd: ({ iteration }) => {
          if (iteration === 49) controller.abort();
        },
      };
      return { signal: controller.signal, callbacks: [abort] };
    });
  },
};

await learn.fit(1, 1e-3);
steps = 0;
const live = memory.liveTensors();
const result = await programs[process.argv[2]]();
console.log(
  JSON.stringify({
    ...result,
    steps,
    leaked: memory.liveTensors() - live,
    growth: Math.max(...sizes.slice(2)) - sizes[1],
  }),
);
