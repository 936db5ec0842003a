import { functions } from '../ops/install.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { expandSize } from './sizes.js';

/**
 * Makes larger images of more channels: `[*, channels · r², height, width]` to
 * `[*, channels, height · r, width · r]` with r = `upscaleFactor` (Shi et al. 2016).
 */
export class PixelShuffle extends Module {
  readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    super();
    expandSize('PixelShuffle', 'upscaleFactor', upscaleFactor, 1, 1);
    this.upscaleFactor = upscaleFactor;
  }

  protected override forward(input: Tensor): Tensor {
    return functions.torch.pixelShuffle(input, this.upscaleFactor);
  }

  protected override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

/** The way back of {@link PixelShuffle}. */
export class PixelUnshuffle extends Module {
  readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    super();
    expandSize('PixelUnshuffle', 'downscaleFactor', downscaleFactor, 1, 1);
    this.downscaleFactor = downscaleFactor;
  }

  protected override forward(input: Tensor): Tensor {
    return functions.torch.pixelUnshuffle(input, this.downscaleFactor);
  }

  protected override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}

/** Deals the channels of `[batch, channels, *]` out to the other groups (Zhang et al. 2018). */
export class ChannelShuffle extends Module {
  readonly groups: number;

  /** @param groups must divide the channels */
  constructor(groups: number) {
    super();
    expandSize('ChannelShuffle', 'groups', groups, 1, 1);
    this.groups = groups;
  }

  protected override forward(input: Tensor): Tensor {
    return functions.torch.channelShuffle(input, this.groups);
  }

  protected override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}
