export {
  ProgressCallback,
  type ProgressEvent,
  type ProgressListener,
  type ProgressOptions,
} from './progressCallback.js';
export type { EpochRow } from './table.js';
