import { checkOptions, nn, numFeaturesModel } from '@flambeau/core';
import type { Architecture } from './models/architecture.js';
import type { CnnModel } from './models/architectureMeta.js';
import { type BodyOptions, bodyOptions, pretrainedBody } from './models/pretrainedBody.js';

export interface CnnModelOptions extends BodyOptions, nn.CreateHeadOptions {
  /** A head in the place of fast.ai's; the options of that one then do nothing. */
  readonly customHead?: nn.Module;
}

export const cnnModelOptions = [
  ...bodyOptions,
  'linFtrs',
  'ps',
  'concatPool',
  'bnFinal',
  'customHead',
] as const satisfies readonly (keyof CnnModelOptions)[];

/**
 * fast.ai's model of images: a network without its classifier, and a head, by default
 * `nn.createHead`'s.
 * @param nc numbers that the head gives, such as one for each class
 * @throws TypeError for an unknown option
 */
export async function createCnnModel(
  baseArch: Architecture,
  nc: number,
  options: CnnModelOptions = {},
): Promise<CnnModel> {
  checkOptions('createCnnModel', options, cnnModelOptions);
  const { customHead, linFtrs, ps, concatPool = true, bnFinal, ...forBody } = options;
  const body = (await pretrainedBody(baseArch, forBody)) as nn.Sequential;
  if (customHead !== undefined) return new nn.Sequential(body, customHead);
  const features = numFeaturesModel(body) * (concatPool ? 2 : 1);
  const head = nn.createHead(features, nc, {
    concatPool,
    ...(linFtrs !== undefined && { linFtrs }),
    ...(ps !== undefined && { ps }),
    ...(bnFinal !== undefined && { bnFinal }),
  });
  return new nn.Sequential(body, head);
}
