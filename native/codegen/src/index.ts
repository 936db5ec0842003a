/** What the argument matcher of `@flambeau/core` shares with the generator. */
export * from './schema.js';
export {
  argumentName,
  argumentType,
  callForms,
  isSizeList,
  makesLeaves,
  type SchemaPair,
} from './typescript.js';
