/**
 * The name Python gives to a field: `runningMean` -> `running_mean`. A name that begins with a
 * capital or holds an underscore is Python's already (`Mixed_5b`, `weight_ih_l0`) and stays.
 */
export function toPythonName(field: string): string {
  if (/^[A-Z]|_/.test(field)) return field;
  return field.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

/** The way back for names that Python writes in lower case: `weight_decay` -> `weightDecay`. */
export function toCamelName(name: string): string {
  return name.replace(/(?<=[a-z0-9])_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
