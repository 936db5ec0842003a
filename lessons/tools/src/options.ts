import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The arguments make no sense; the message names the one that does not. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

/** The values of options that `parseArgs` takes such descriptions of. */
export type OptionValues<Options extends NonNullable<ParseArgsConfig['options']>> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Options; allowPositionals: false }>
>['values'];

/** The options of a command line by their names. @throws ArgumentError for one that is unknown */
export function parseOptions<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
): OptionValues<Options> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws ArgumentError for a text that is no whole number of at least `least` */
export function whole(option: string, text: string, least: number): number {
  const isWhole = (x: number) => Number.isSafeInteger(x) && x >= least;
  return real(option, text, isWhole, `a whole number of at least ${least}`);
}

/** @throws ArgumentError for a text that is no number, or one that does not fit */
export function real(
  option: string,
  text: string,
  fits: (value: number) => boolean,
  expected: string,
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || !fits(value)) {
    throw new ArgumentError(`${option} takes ${expected}, got '${text}'`);
  }
  return value;
}
