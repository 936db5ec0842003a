/** The server's parts, for its tests and for the measurement of its event loop. */
export type { FitReport } from './fits.js';
export type { Version } from './predictor.js';
export { type Hour, inputOf } from './rentals.js';
export { buildServer, type ServerOptions } from './server.js';
export type { FitRequest } from './train.js';
