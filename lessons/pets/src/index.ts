export { parseArguments } from './arguments.js';
export { breedOf, type LessonDataOptions, lessonData, openPets } from './data.js';
export { generatedBreeds, generatePets } from './generate.js';
export { showHeatmaps } from './heatmaps.js';
export { architectures, type RunOptions, run } from './run.js';
