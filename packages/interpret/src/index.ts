export {
  type AuditFacts,
  type AuditRecord,
  auditRecord,
  toJsonLines,
} from './ethics/auditRecord.js';
export {
  type ConfusionByGroupOptions,
  type ConfusionReport,
  confusionByGroup,
  type GroupConfusion,
  type Rate,
  type RateGap,
} from './ethics/confusionByGroup.js';
export {
  type DatasetReport,
  type DatasetReportOptions,
  datasetReport,
  type GroupRows,
} from './ethics/datasetReport.js';
export { type DatasheetFields, datasheet } from './ethics/datasheet.js';
export {
  type Coverage,
  coverageCurve,
  type Decision,
  deferralByGroup,
  type PredictOrDeferOptions,
  predictOrDefer,
} from './ethics/deferral.js';
export {
  type Drift,
  type DriftReport,
  type DriftReportOptions,
  driftReport,
} from './ethics/driftReport.js';
export { checkEvaluationOnly, type Variables } from './ethics/evaluationOnly.js';
export {
  type Exposure,
  type ExposureOptions,
  type ExposureReport,
  exposureReport,
} from './ethics/exposure.js';
export { type Content, FactSheet, type Section } from './ethics/factSheet.js';
export {
  type Association,
  type FeatureAudit,
  type FeatureAuditOptions,
  featureAudit,
} from './ethics/featureAudit.js';
export {
  type FeedbackOptions,
  type FeedbackRow,
  type SimulatedGroup,
  simulateFeedback,
} from './ethics/feedbackLoop.js';
export { type AccuracyGap, accuracyGap, type Gap } from './ethics/gaps.js';
export type { GroupOptions, Groups } from './ethics/groups.js';
export {
  type HoldOut,
  type HoldOutOptions,
  holdOutRecent,
  type Moment,
  type Period,
} from './ethics/holdOutRecent.js';
export { type Interval, type Share, wilsonInterval } from './ethics/intervals.js';
export { gapLines, type MetricGap } from './ethics/metricGaps.js';
export {
  type GroupMetric,
  type GroupMetrics,
  type MetricsByGroupOptions,
  type MetricsReport,
  metricsByGroup,
} from './ethics/metricsByGroup.js';
export { type ModelCardFields, modelCard } from './ethics/modelCard.js';
export { psi } from './ethics/psi.js';
export {
  type GroupErrors,
  type RegressionByGroupOptions,
  type RegressionReport,
  regressionByGroup,
} from './ethics/regressionByGroup.js';
export {
  type ThresholdReport,
  type ThresholdReportOptions,
  type ThresholdRow,
  thresholdReport,
} from './ethics/thresholdReport.js';
export { averageActivations } from './heatmap/averageActivations.js';
export { type GradCamOptions, gradCam } from './heatmap/gradCam.js';
export type { Numbers } from './numbers.js';
export {
  ClassificationInterpretation,
  type ClassResults,
  type ItemResult,
} from './results/classification.js';
export type { ConfusionChartOptions } from './results/confusionChart.js';
export type { PlotTopLossesOptions } from './results/imageLosses.js';
export {
  type FromLearnerOptions,
  Interpretation,
  type Origin,
  type Results,
} from './results/interpretation.js';
export type { Mismatch } from './results/multiLabelLosses.js';
export {
  type NumberResults,
  RegressionInterpretation,
  type Residual,
  type ResidualOptions,
} from './results/regression.js';
export { type ShowResultsOptions, showResults } from './results/showResults.js';
export type { LargestOptions, TopLosses } from './results/topLosses.js';
