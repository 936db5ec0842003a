export { type ContCatSplit, contCatSplit } from './contCatSplit.js';
export { addCyclicDatepart, type CyclicDatepartOptions } from './dates/cyclicDatepart.js';
export { addDatepart, type DatepartOptions, datepartPrefix } from './dates/datepart.js';
export { addElapsedTimes } from './dates/elapsedTimes.js';
export { DataError } from './errors.js';
