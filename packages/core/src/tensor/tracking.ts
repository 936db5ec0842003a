import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { native } from '@flambeau/native';
import type { Tensor } from './tensor.js';

// Note [Collecting young tensors]
// The garbage collector frees a tensor outside every scope once it finds the JavaScript object
// dead. It looks when the young generation is full, and since these objects are tiny that would be
// after a hundred thousand of them. Telling V8 that they are heavy makes it collect the whole heap
// instead, again and again, at a price that grows with the heap. So it is asked for a collection of
// the young generation after every few thousand tensors: about a millisecond, whatever the heap.

const trackedBetweenCollections = 3000;

type Collect = (options: { readonly type: 'minor' }) => void;

let left = trackedBetweenCollections;
let collect: Collect | undefined;

/** Lets the garbage collector free the tensor. */
export function track(tensor: Tensor): void {
  native.track(tensor, tensor.handle);
  tensor.tracked = true;
  if (--left > 0) return;
  left = trackedBetweenCollections;
  collect ??= exposedCollector();
  collect({ type: 'minor' });
}

/** V8's `gc`, which a context made while the flag is set has. */
function exposedCollector(): Collect {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc') as Collect;
  } finally {
    if (globalThis.gc === undefined) setFlagsFromString('--no-expose-gc');
  }
}
