export { type KappaOptions, KappaScore, MatthewsCorreff } from './agreement.js';
export { AUROC } from './auroc.js';
export { accuracy, errorRate, topKAccuracy } from './classification.js';
export { ConfusionMatrix } from './confusionMatrix.js';
export { type DiceOptions, dice } from './dice.js';
export { declareDirection } from './direction.js';
export {
  accuracyThresh,
  fbeta,
  type MultiLabelFbetaOptions,
  type ThresholdOptions,
} from './multiLabel.js';
export {
  type Average,
  type ClassScoreOptions,
  FBeta,
  type FBetaOptions,
  Precision,
  Recall,
} from './precisionRecall.js';
export {
  explainedVariance,
  expRmspe,
  mae,
  meanAbsoluteError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  mse,
  msle,
  r2Score,
  rmse,
  rootMeanSquaredError,
} from './regression.js';
export { ExplainedVariance, ExpRMSPE, R2Score, RMSE } from './regressionScores.js';
