export { lessonAugmentation } from './augmentation.js';
export { dataFolder, photographsIn } from './dataFolder.js';
export { ArgumentError, type OptionValues, parseOptions, real, whole } from './options.js';
export { type Lesson, runLesson } from './runLesson.js';
