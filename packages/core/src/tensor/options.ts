/** @throws TypeError when `options` has a name that the function does not know. */
export function checkOptions(fn: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new TypeError(
    `${fn}() has no option '${unknown.join("', '")}'; its options are ${known.join(', ')}`,
  );
}
