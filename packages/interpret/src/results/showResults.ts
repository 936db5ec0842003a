import {
  checkOptions,
  DatasetType,
  FloatList,
  type LabelList,
  type Learner,
  listify,
  MultiCategoryList,
  type SupervisedBatch,
  type Tensor,
  TextTable,
  tidy,
} from '@flambeau/core';
import { TabularDataBunch } from '@flambeau/tabular';
import { type Figure, type FigureSize, ImageDataBunch, showImages } from '@flambeau/vision';

export interface ShowResultsOptions {
  /** Default the validation data. */
  readonly dsType?: DatasetType;
  /** Of a table, at most; of images, which each have as many. Default 5. */
  readonly rows?: number;
  /** Of images, in inches. Default: what the images need. */
  readonly figsize?: FigureSize;
}

/**
 * The first items of a part with what is right and what the model predicts: images below both, or
 * the rows of a table with the columns `target` and `prediction`. The test part has no targets. The
 * model stays in its mode.
 * @throws TypeError for data that are neither images nor tables
 * @throws RangeError when there is no such part, or no batch
 */
export async function showResults(
  learn: Learner,
  options: ShowResultsOptions = {},
): Promise<Figure | TextTable> {
  checkOptions('showResults', options, ['dsType', 'rows', 'figsize']);
  const { dsType = DatasetType.Valid, rows = 5, figsize } = options;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new RangeError(`showResults: rows must be a whole number from 1 up, got ${rows}`);
  }
  const { data } = learn;
  if (!(data instanceof ImageDataBunch || data instanceof TabularDataBunch)) {
    throw new TypeError(
      `showResults is for images and tables, the learner has a ${data.constructor.name}`,
    );
  }
  const batch = await data.oneBatch(dsType, { denorm: false, cpu: false });
  try {
    return tidy(() => {
      const hasTruth = dsType !== DatasetType.Test;
      const wanted = data instanceof ImageDataBunch ? rows ** 2 : rows;
      const { inputs, truths, predictions } = firstOf(learn, batch, data.lists.train.y, wanted);
      if (data instanceof TabularDataBunch) {
        return new TextTable([
          ...data.lists.train.x.textsOf(inputs),
          ...(hasTruth ? [{ name: 'target', texts: truths }] : []),
          { name: 'prediction', texts: predictions },
        ]);
      }
      const images = (data.denorm(inputs[0] as Tensor) as Tensor).unbind(0);
      const titles = predictions.map((text, at) => (hasTruth ? `${truths[at]}\n${text}` : text));
      const legend = hasTruth ? 'Ground truth\nPrediction' : 'Prediction';
      return showImages(images, { titles, figsize }).suptitle(legend);
    });
  } finally {
    for (const tensor of batch.flatMap(listify)) tensor.dispose();
  }
}

/** The first items of a batch, and their texts. */
function firstOf(learn: Learner, [x, y]: SupervisedBatch, labels: LabelList, wanted: number) {
  const targets = y as Tensor;
  const count = Math.min(wanted, targets.size(0));
  const first = (tensor: Tensor) => tensor.narrow(0, 0, count);
  const inputs = listify(x).map(first);
  const given = Array.isArray(x) ? inputs : (inputs[0] as Tensor);
  const preds = learn.predBatch([given, first(targets)]) as Tensor;
  return {
    inputs: inputs.map((tensor) => tensor.cpu()),
    truths: labels.texts(first(targets).cpu()),
    predictions: labels.texts(asTargets(preds.cpu(), labels)),
  };
}

/** Predictions in the form that targets have. */
function asTargets(preds: Tensor, labels: LabelList): Tensor {
  if (labels instanceof MultiCategoryList) return preds.ge(0.5).to(preds.dtype);
  if (labels instanceof FloatList) return labels.c === 1 ? preds.reshape([-1]) : preds;
  return preds.argmax(-1);
}
