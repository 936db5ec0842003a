import {
  LabeledItems,
  LabelLists,
  type LabelState,
  type Learner,
  type LoadLearnerOptions,
  labelsFromState,
  loadLearner,
} from '@flambeau/core';
import { ImageList } from './data/imageList.js';
import type { ImageStats } from './data/normalization.js';
import { moduleClasses } from './models/moduleClasses.js';
import type { TransformDefinition } from './transforms/randTransform.js';

export interface LoadCnnLearnerOptions extends Omit<LoadLearnerOptions, 'data' | 'test'> {
  /** The definitions of transforms of one's own. */
  readonly tfms?: readonly TransformDefinition<object>[];
  /** Images to predict, for `learn.getPreds({ dsType: 'test' })`. */
  readonly test?: ImageList;
  /** Images in a batch of them. Default 64. */
  readonly bs?: number;
}

/** What data of images export. */
interface ImageState {
  readonly items: Readonly<Record<string, unknown>>;
  readonly labels: LabelState;
  readonly stats: ImageStats | null;
}

/**
 * The learner of images that `learn.export()` wrote to `path/file`, ready to predict: it knows
 * classes, validation's transforms and normalisation, and has no images to train on.
 * @param file Default 'export.safetensors'
 * @throws TypeError for a transform or a module of one's own that is not given, and for the export
 * of another learner
 */
export function loadCnnLearner(
  path: string,
  file?: string,
  options: LoadCnnLearnerOptions = {},
): Learner {
  const { tfms = [], test, bs = 64, modules = [], ...others } = options;
  return loadLearner(path, file, {
    ...others,
    modules: [...moduleClasses, ...modules],
    data: (state) => {
      const { items, labels, stats } = state as Partial<ImageState>;
      if (items?.decoding === undefined || labels === undefined) {
        throw new TypeError('the export is not that of a learner of images: use loadLearner');
      }
      const x = ImageList.fromState(items, { path, own: tfms });
      const part = new LabeledItems(x, labelsFromState(labels));
      const lists = new LabelLists(part, part);
      const all = test === undefined ? lists : lists.addTest(test);
      const data = all.databunch({ bs, path, ...(others.device && { device: others.device }) });
      return stats ? data.normalize(stats) : data;
    },
  });
}
