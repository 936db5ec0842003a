import { parseSchema } from '@flambeau/native/schema';

/** Types of arguments that no JavaScript value stands for, with an operator that takes one. */
export const impossibleTypes: Readonly<
  Record<string, { readonly schema: string; readonly reason: string }>
> = {
  '__torch__.torch.classes.rnn.CellParamsBase[]': {
    schema: 'quantized_lstm.input',
    reason: 'a TorchScript class of the quantised RNNs, which only Python can make',
  },
};

/** The types of a schema's arguments as they are written, without what they alias. */
export function argumentTypes(schema: string): string[] {
  const withoutAliases = schema.replace(/\([a-z]!?( -> \*)?\)/g, '');
  return parseSchema(schema).parameters.map(({ name }) => {
    const match = new RegExp(`[( ](\\S+) ${name}[=,)]`).exec(withoutAliases);
    if (match?.[1] === undefined) throw new Error(`no type of '${name}' in ${schema}`);
    return match[1];
  });
}
