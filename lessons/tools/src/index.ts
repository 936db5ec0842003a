export { ArgumentError, type OptionValues, parseOptions, real, whole } from './options.js';
export { type Lesson, runLesson } from './runLesson.js';
