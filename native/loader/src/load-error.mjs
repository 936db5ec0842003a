/**
 * Why the engine could not be loaded.
 *
 * @typedef {'LIBTORCH_MISSING' | 'LIBTORCH_INVALID' | 'LIBTORCH_MISMATCH' | 'LOAD_FAILED'} LoadFailure
 */

/** Thrown when `@flambeau/native` is imported and cannot find, match or open its libraries. */
export class LoadError extends Error {
  /**
   * @param {LoadFailure} code
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = 'LoadError';
    /** @readonly */
    this.code = code;
  }
}
