import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

/** A function as a layer, without parameters. */
export class Lambda<In extends readonly unknown[] = [input: Tensor], Out = Tensor> extends Module<
  In,
  Out
> {
  private readonly func: (...inputs: In) => Out;

  constructor(func: (...inputs: In) => Out) {
    super();
    this.func = func;
  }

  protected override forward(...inputs: In): Out {
    return this.func(...inputs);
  }
}

/** Reshapes its input to `size`; one of the numbers may be -1. */
export class View extends Module {
  readonly size: readonly number[];

  constructor(...size: readonly number[]) {
    super();
    this.size = size;
  }

  protected override forward(input: Tensor): Tensor {
    return input.view(this.size);
  }
}

/** Reshapes each item: `[batch, *]` to `[batch, ...size]`. */
export class ResizeBatch extends Module {
  readonly size: readonly number[];

  constructor(...size: readonly number[]) {
    super();
    this.size = size;
  }

  protected override forward(input: Tensor): Tensor {
    return input.view([input.size(0), ...this.size]);
  }
}

/** Gives its input on, and stops an attached debugger, to look into the middle of a model. */
export class Debugger extends Module {
  protected override forward(input: Tensor): Tensor {
    // biome-ignore lint/suspicious/noDebugger: it is what this layer is for
    debugger;
    return input;
  }
}
