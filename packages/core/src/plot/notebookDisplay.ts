/** How kernels of notebooks ask an object for what to show. */
export const notebookDisplay = Symbol.for('Jupyter.display');
