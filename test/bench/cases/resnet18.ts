import { amp, nn, optim, type Tensor, tidy, torch } from '@flambeau/core';
import type { BenchCase } from '../case.js';
import { median, timed } from '../pair.js';
import type { PythonPeer } from '../peer.js';
import { ResNet18 } from '../resnet18.js';

const sizes = { batch: 16, size: 64, classes: 10 };
const name = `ResNet-18 step, batch ${sizes.batch}, ${sizes.size}x${sizes.size}`;

/** Rounds in which the two precisions take turns. */
const precisionRounds = 7;

/** A training step, forward, cross-entropy, backward and SGD with momentum, and its tensors. */
class Training implements Disposable {
  readonly #model = new ResNet18(sizes.classes);
  readonly #optimizer = new optim.SGD(this.#model.parameters(), { lr: 0.01, momentum: 0.9 });
  readonly #x = torch.randn([sizes.batch, 3, sizes.size, sizes.size]);
  readonly #y = torch.randint(sizes.classes, [sizes.batch]);

  run(count: number, autocast: boolean): void {
    for (let i = 0; i < count; i++) tidy(() => this.#step(autocast));
  }

  #step(autocast: boolean): void {
    const lossOf = () => nn.functional.crossEntropy(this.#model.call(this.#x), this.#y);
    const loss: Tensor = autocast ? amp.autocast('cpu', lossOf) : lossOf();
    this.#optimizer.zeroGrad();
    loss.backward();
    this.#optimizer.step();
  }

  [Symbol.dispose](): void {
    for (const held of [this.#x, this.#y, this.#model, this.#optimizer]) held[Symbol.dispose]();
  }
}

const variant = (label: string, options: { autocast: boolean; fused: boolean }) => ({
  label,
  module: 'resnet18',
  arguments: { ...sizes, ...options },
});

export const resnet18: BenchCase = {
  name,
  target: 1,
  prepare() {
    const training = new Training();
    return {
      run: (count) => training.run(count, false),
      python: [
        variant('python SGD', { autocast: false, fused: false }),
        variant('python SGD fused', { autocast: false, fused: true }),
      ],
      [Symbol.dispose]: () => training[Symbol.dispose](),
    };
  },
};

/** The same with the forward pass under autocast. Whether it gains depends on the processor. */
export const resnet18Bfloat16: BenchCase = {
  name: `${name}, bfloat16`,
  target: null,
  prepare() {
    const training = new Training();
    return {
      run: (count) => training.run(count, true),
      python: [
        variant('python autocast', { autocast: true, fused: true }),
        variant('python float32', { autocast: false, fused: true }),
      ],
      finish: async ([short, full]) => [
        await precisionLine(training, short as PythonPeer, full as PythonPeer),
      ],
      [Symbol.dispose]: () => training[Symbol.dispose](),
    };
  },
};

async function precisionLine(
  training: Training,
  short: PythonPeer,
  full: PythonPeer,
): Promise<string> {
  const node: number[] = [];
  const python: number[] = [];
  for (let round = 0; round < precisionRounds; round++) {
    const bfloat16 = await timed(() => training.run(1, true));
    node.push(bfloat16 / (await timed(() => training.run(1, false))));
    python.push((await short.run(1)) / (await full.run(1)));
  }
  const [ours, theirs] = [median(node).toFixed(3), median(python).toFixed(3)];
  return `time with bfloat16 autocast relative to float32: node ${ours}, python ${theirs}`;
}
