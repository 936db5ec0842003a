/** The lesson's parts, for its tests and the bench. */
export { ArgumentError } from '@flambeau/lesson-tools';
export { parseArguments } from './arguments.js';
export { type CleanTables, cleanTables, type SourceTables } from './clean/index.js';
export { locateTables, readTable, readTables } from './data.js';
export { generateTables, writeTables } from './generate/index.js';
export { lessonData, lessonLearner, lessonModel, lessonProcs } from './lesson.js';
export { type RunOptions, run } from './run.js';
export { type TableName, type Tables, tableNames, tableSchema } from './schema.js';
export { openTables } from './source.js';
export { validationRows } from './split.js';
export { catNames, contNames } from './variables.js';
