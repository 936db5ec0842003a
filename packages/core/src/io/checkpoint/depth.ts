/** Containers deeper than this are refused, in saving as in loading: they are an accident. */
export const MAX_DEPTH = 500;
