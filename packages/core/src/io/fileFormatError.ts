/** A file that is not what it should be: damaged, cut off, or in another format. */
export class FileFormatError extends Error {
  override name = 'FileFormatError';
}
