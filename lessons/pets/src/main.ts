import { runLesson } from '@flambeau/lesson-tools';
import { parseArguments, usage } from './arguments.js';
import { run } from './run.js';

await runLesson({ name: 'lesson:pets', usage, parse: parseArguments, run });
