import { initializeAtFirstCall } from './lazy.js';
import { Linear, type LinearOptions } from './linear.js';
import { UninitializedParameter } from './uninitialized.js';

/** A {@link Linear} that takes its `inFeatures` from the first input, `[*, inFeatures]`. */
export class LazyLinear extends Linear {
  constructor(outFeatures: number, options: LinearOptions = {}) {
    const { bias = true, ...factory } = options;
    super(0, 0, { ...factory, bias: false });
    this.weight.dispose();
    this.weight = new UninitializedParameter(factory);
    this.bias = bias ? new UninitializedParameter(factory) : null;
    Object.assign(this, { outFeatures });
    initializeAtFirstCall(this, Linear, (input) => {
      const inFeatures = input.size(-1);
      return {
        sizes: { inFeatures },
        shapes: { weight: [outFeatures, inFeatures], bias: [outFeatures] },
      };
    });
  }
}
