import { deprecate } from 'node:util';
import { checkOptions, Learner, type LearnerOptions, learnerOptions, nn } from '@flambeau/core';
import { type CnnModelOptions, cnnModelOptions, createCnnModel } from './cnnModel.js';
import type { ImageDataBunch } from './data/imageDataBunch.js';
import type { Architecture } from './models/architecture.js';
import type { CnnModel } from './models/architectureMeta.js';
import { metaOf } from './models/registry.js';

export interface CnnLearnerOptions extends CnnModelOptions, Omit<LearnerOptions, 'layerGroups'> {
  /** Where layer groups begin, as `learn.split` takes it. Default: fast.ai's for the architecture. */
  readonly splitOn?: Parameters<Learner<CnnModel>['split']>[0];
  /** How the head's weights begin; null leaves them as its layers draw them. Default Kaiming's normal. */
  readonly init?: nn.InitFunction | null;
}

const kaimingNormal: nn.InitFunction = (weight) => nn.init.kaimingNormal_(weight);

/**
 * fast.ai's learner of images: {@link createCnnModel}'s model in layer groups, of which only the
 * head's is trained at first where the body is pretrained.
 *
 * @param baseArch such as `models.resnet34`, or a function that makes a network of one's own
 * @throws TypeError for an unknown option
 * @throws RangeError for an architecture without weights of ImageNet when none are given
 * @throws StateDictError for weights that do not fit
 */
export async function cnnLearner(
  data: ImageDataBunch,
  baseArch: Architecture,
  options: CnnLearnerOptions = {},
): Promise<Learner<CnnModel>> {
  const ownOptions = [...cnnModelOptions, 'splitOn', 'init'];
  const forLearner = learnerOptions.filter((name) => name !== 'layerGroups');
  checkOptions('cnnLearner', options, [...ownOptions, ...forLearner]);
  const { splitOn = metaOf(baseArch).split, init = kaimingNormal, pretrained = true } = options;
  const model = await createCnnModel(baseArch, data.c, pick(options, cnnModelOptions));
  const learn = new Learner(data, model, pick(options, forLearner));
  learn.split(splitOn);
  if (pretrained) learn.freeze();
  if (init !== null) nn.applyInit(model.at(1), init);
  return learn;
}

function pick<Options extends object, Name extends keyof Options>(
  options: Options,
  names: readonly Name[],
): Pick<Options, Name> {
  const given = names.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]])) as Pick<Options, Name>;
}

/** @deprecated fast.ai's older name of {@link cnnLearner}. */
export const createCnn: typeof cnnLearner = deprecate(
  cnnLearner,
  'createCnn is the older name: use cnnLearner',
  'FLAMBEAU_CREATE_CNN',
);
