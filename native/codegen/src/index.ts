/** What the argument matcher of `@flambeau/core` shares with the generator. */
export * from './schema.js';
export {
  argumentType,
  type CallForm,
  fullForm,
  isSizeList,
  makesLeaves,
  type SchemaPair,
} from './typescript.js';
