import { checkOptions } from '@flambeau/core';
import type { Architecture } from './architecture.js';
import { type HubFileOptions, hubFile, hubFileOptions } from './hubFile.js';
import { weightsFileOf } from './registry.js';

export interface PretrainedOptions extends HubFileOptions {
  /** The address of the folder with the files. Default that of PyTorch. */
  readonly mirror?: string;
}

export const pretrainedOptions = [
  'mirror',
  ...hubFileOptions,
] as const satisfies readonly (keyof PretrainedOptions)[];

/**
 * The file with the weights that torchvision's networks have learned of ImageNet, as `torch.save`
 * wrote it; from the folder where Python keeps it too, else downloaded there, see {@link hubFile}.
 * The inputs they expect are normalised by `imagenetStats`.
 * @throws RangeError for an architecture without such weights
 * @throws Error when they cannot be downloaded
 */
export async function pretrainedWeights(
  arch: Architecture,
  options: PretrainedOptions = {},
): Promise<string> {
  checkOptions('pretrainedWeights', options, pretrainedOptions);
  const { mirror = 'https://download.pytorch.org/models', ...forFile } = options;
  const name = weightsFileOf(arch);
  if (name === undefined) {
    throw new RangeError(
      `there are no pretrained weights of ${arch.name || 'this architecture'}: ` +
        'give the path of a file as weights, or pretrained: false',
    );
  }
  return hubFile(`${mirror.replace(/\/$/, '')}/${name}`, forFile);
}
