/** How kernels of notebooks ask an object for what to show. */
export const notebookDisplay = Symbol.for('Jupyter.display');

/** What tslab's `display` has. */
export interface NotebookDisplay {
  svg(text: string): void;
}
