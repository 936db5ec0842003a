/** One overload as the generator writes it: its schema, or that and the schema of its out form. */
export type OverloadEntry = string | readonly [schema: string, out: string];

/** Overloads by public name, in the order in which they are tried. */
export type OverloadTable = Readonly<Record<string, readonly OverloadEntry[]>>;

/** The tables of all namespaces, and under 'tensor' that of the methods. */
export type OverloadTables = Readonly<
  Record<
    'tensor' | 'torch' | 'nn' | 'linalg' | 'fft' | 'special' | 'sparse' | 'nested',
    OverloadTable
  >
>;
