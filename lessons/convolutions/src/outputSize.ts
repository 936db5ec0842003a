export interface KernelOptions {
  /** Pixels along this side of the kernel. */
  readonly kernel: number;
  /** Default 1. */
  readonly stride?: number;
  /** Default 0. */
  readonly padding?: number;
  /** Default 1. */
  readonly dilation?: number;
}

/**
 * At how many places a kernel fits along one side of an image, which is the size of what a
 * convolution or a pooling gives: floor((n + 2p - d(k - 1) - 1) / s) + 1.
 *
 * The lecture says size - kernel + stride, which holds for a stride of 1 without padding only.
 */
export function outputSize(
  size: number,
  { kernel, stride = 1, padding = 0, dilation = 1 }: KernelOptions,
): number {
  return Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
}
