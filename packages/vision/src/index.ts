export { type CnnLearnerOptions, cnnLearner, createCnn } from './cnnLearner.js';
export { type CnnModelOptions, createCnnModel } from './cnnModel.js';
export type { CsvTableOptions } from './data/csvTable.js';
export {
  ImageDataBunch,
  type ImageTableDataOptions,
  type NormalizeOptions,
  type ShowImageBatchOptions,
} from './data/imageDataBunch.js';
export type { ImageDataOptions } from './data/imageDataOptions.js';
export { getImageFiles, type ImageFilesOptions, imageExtensions } from './data/imageFiles.js';
export {
  ImageList,
  type ImageListOptions,
  type ImageTableOptions,
} from './data/imageList.js';
export { cifarStats, type ImageStats, imagenetStats, mnistStats } from './data/normalization.js';
export { columnsOf, type TableLike } from './data/tableLike.js';
export type { ConvertMode, DecodeOptions, ImageSource } from './image/decode.js';
export { Image } from './image/image.js';
export { openImage } from './image/openImage.js';
export { type LoadCnnLearnerOptions, loadCnnLearner } from './loadCnnLearner.js';
export * as models from './models/index.js';
export { Axes } from './show/axes.js';
export type { ColorMap } from './show/colorMap.js';
export type { Extent } from './show/extent.js';
export { Figure, type FigureOptions, type FigureSize, subplots } from './show/figure.js';
export type { ImshowOptions, Layer } from './show/layer.js';
export { plotMulti } from './show/plotMulti.js';
export { type ShowHeatmapOptions, showHeatmap } from './show/showHeatmap.js';
export { type ShowImageOptions, showImage } from './show/showImage.js';
export { type ShowImagesOptions, showImages } from './show/showImages.js';
export {
  dihedralAffine,
  flipAffine,
  type Position,
  rotate,
  squish,
  zoom,
} from './transforms/affine.js';
export type { ApplyTfmsOptions } from './transforms/applyTfms.js';
export type { ImageSize } from './transforms/cropping.js';
export { crop, cropPad, pad } from './transforms/crops.js';
export { defineTransform, type Transform } from './transforms/defineTransform.js';
export * from './transforms/draws.js';
export {
  type GetTransformsOptions,
  getTransforms,
  type TransformLists,
} from './transforms/getTransforms.js';
export type { Grid } from './transforms/grid.js';
export type { ImageDraft, PaddingMode, SampleOptions } from './transforms/imageDraft.js';
export { brightness, contrast } from './transforms/lighting.js';
export type { Matrix } from './transforms/matrix.js';
export { cutout, dihedral, flipLr, rgbRandomize } from './transforms/pixels.js';
export { randCrop, randPad, randResizeCrop, randZoom, zoomCrop } from './transforms/randomCrops.js';
export { order, RandTransform, type TransformDefinition } from './transforms/randTransform.js';
export type { ResizeMethod } from './transforms/resize.js';
export type { TransformOptions } from './transforms/transformOptions.js';
export {
  jitter,
  perspectiveWarp,
  skew,
  symmetricWarp,
  tilt,
  zoomSquish,
} from './transforms/warps.js';
