import { join } from 'node:path';
import { ArgumentError, dataFolder, parseOptions, whole } from '@flambeau/lesson-tools';
import { architectures, type RunOptions } from './run.js';

export const usage = `Trains the lesson's network on photographs of pets.

  --data DIR     folder of photographs <breed>_<number>.jpg, or with pets/images inside; without it
                 FLAMBEAU_DATA, and without both generated pictures
  --arch NAME    ${architectures.join(', ')} (default resnet34; of generated pictures resnet18)
  --weights F    file with weights of the network, .safetensors or of torch.save
  --folded       the weights have those of the batch norms folded in, which then stay as they are
  --scratch      begins with random weights, as generated pictures always do without --weights; else
                 ImageNet's are taken from torch hub's folder, or downloaded
  --full         the lesson's three stages: the head alone, all layers, all layers on larger images
  --epochs N     of the first stage (default 1, with --full 3, on generated pictures 8)
  --size N       pixels along a side (default 224, of generated pictures 64; the last stage has 352)
  --bs N         images in a batch (default 64, of generated pictures 16)
  --workers N    threads that read and augment images (default 0)
  --seed N       of generated pictures, weights, order and augmentation (default 42)
  --out DIR      for pictures and weights (default out/pets)
  --help         shows this text`;

const names = {
  data: { type: 'string' },
  arch: { type: 'string' },
  weights: { type: 'string' },
  folded: { type: 'boolean', default: false },
  scratch: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  epochs: { type: 'string' },
  size: { type: 'string' },
  bs: { type: 'string' },
  workers: { type: 'string', default: '0' },
  seed: { type: 'string', default: '42' },
  out: { type: 'string', default: join('out', 'pets') },
  help: { type: 'boolean', default: false },
} as const;

/** See `Lesson.parse`. */
export function parseArguments(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): RunOptions | null {
  const values = parseOptions(args, names);
  if (values.help) return null;
  const data = dataFolder(values.data, environment);
  const isGenerated = data === null;
  const epochs = isGenerated ? '8' : values.full ? '3' : '1';
  const given = values.arch ?? (isGenerated ? 'resnet18' : 'resnet34');
  const arch = architectures.find((name) => name === given);
  if (arch === undefined) {
    throw new ArgumentError(`--arch takes ${architectures.join(', ')}, got '${given}'`);
  }
  if (values.scratch && values.weights !== undefined) {
    throw new ArgumentError('--scratch and --weights exclude each other');
  }
  return {
    data,
    arch,
    weights: values.weights,
    folded: values.folded,
    pretrained: values.weights !== undefined || (!isGenerated && !values.scratch),
    full: values.full,
    epochs: whole('--epochs', values.epochs ?? epochs, 1),
    size: whole('--size', values.size ?? (isGenerated ? '64' : '224'), 32),
    batchSize: whole('--bs', values.bs ?? (isGenerated ? '16' : '64'), 2),
    numWorkers: whole('--workers', values.workers, 0),
    seed: whole('--seed', values.seed, 0),
    out: values.out,
  };
}
