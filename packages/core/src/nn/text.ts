/** Values and module trees as Python prints them. */

/** `True` or `False`. */
export function pythonBool(value: boolean): string {
  return value ? 'True' : 'False';
}

/** All lines but the first, two spaces further in; blank ones stay empty. */
function indentRest(text: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? line : line.trim() === '' ? '' : `  ${line}`))
    .join('\n');
}

/**
 * The text of a module: on one line where `extra` is a single line and there are no children, else
 * one item a line.
 * @param children label and text of each child, `['(0)', 'ReLU()']`
 */
export function moduleText(
  name: string,
  extra: string,
  children: readonly (readonly [label: string, text: string])[],
): string {
  const extraLines = extra === '' ? [] : extra.split('\n');
  if (children.length === 0 && extraLines.length < 2) return `${name}(${extra})`;
  const childLines = children.map(([label, text]) => `${label}: ${indentRest(text)}`);
  return `${name}(\n  ${[...extraLines, ...childLines].join('\n  ')}\n)`;
}
