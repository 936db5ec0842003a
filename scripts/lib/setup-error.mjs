/** A failure whose text tells the user all there is to know; shown without a stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}
