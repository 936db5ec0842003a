export { type AddOptions, SummaryWriter, type SummaryWriterOptions } from './summaryWriter.js';
