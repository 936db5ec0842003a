import type { Device, DType } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import { checkProbability, checkSize } from './checks.js';

export interface RecurrentOptions {
  /** Layers on top of each other, each fed with what the one below gives. Default 1. */
  numLayers?: number;
  /** Adds two learned biases to each layer. Default true. */
  bias?: boolean;
  /** Input and output are `[batch, time, *]` instead of `[time, batch, *]`. Default false. */
  batchFirst?: boolean;
  /** Probability of dropout behind each layer but the last, in training. Default 0. */
  dropout?: number;
  /** Runs a second set of layers backwards in time; doubles the size of the output. Default false. */
  bidirectional?: boolean;
  device?: Device;
  dtype?: DType;
}

/** The options of the layer that projects its hidden state, and of all. */
export interface ProjectedOptions extends RecurrentOptions {
  /**
   * Projects the hidden state to this size, which then is also the output's (Sak et al. 2014).
   * Default 0: no projection.
   */
  projSize?: number;
}

const sharedOptions = [
  'numLayers',
  'bias',
  'batchFirst',
  'dropout',
  'bidirectional',
  'device',
  'dtype',
];

/** The sizes and options of a layer, with their defaults. */
export interface RecurrentForm {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly projSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
}

/**
 * @param ownOptions those that not all layers have
 * @throws RangeError for sizes and probabilities out of their range
 * @throws TypeError for an unknown option
 */
export function recurrentForm(
  owner: string,
  inputSize: number,
  hiddenSize: number,
  options: ProjectedOptions,
  ownOptions: readonly string[],
): RecurrentForm {
  checkOptions(owner, options, [...sharedOptions, ...ownOptions]);
  const { numLayers = 1, bias = true, batchFirst = false, dropout = 0 } = options;
  const { bidirectional = false, projSize = 0 } = options;
  checkSize(owner, 'inputSize', inputSize, 1);
  checkSize(owner, 'hiddenSize', hiddenSize, 1);
  checkSize(owner, 'numLayers', numLayers, 1);
  checkProbability(owner, dropout);
  checkSize(owner, 'projSize', projSize);
  if (projSize >= hiddenSize) {
    throw new RangeError(
      `${owner}: projSize must be smaller than hiddenSize ${hiddenSize}, got ${projSize}`,
    );
  }
  if (dropout > 0 && numLayers === 1) {
    process.emitWarning(
      `${owner}: dropout is behind each layer but the last, so with one layer it does nothing`,
    );
  }
  const sizes = { inputSize, hiddenSize, projSize, numLayers };
  return { ...sizes, bias, batchFirst, dropout, bidirectional };
}

type NamedShape = readonly [name: string, shape: readonly number[]];

/**
 * The parameters of each layer and direction, as libtorch's operators want them ordered.
 * @param gates how many linear maps of the hidden size a step computes
 */
export function parameterShapes(form: RecurrentForm, gates: number): readonly NamedShape[][] {
  const { inputSize, hiddenSize, projSize, numLayers, bias } = form;
  const directions = form.bidirectional ? ['', '_reverse'] : [''];
  const gateSize = gates * hiddenSize;
  const outputSize = projSize || hiddenSize;
  return Array.from({ length: numLayers }, (_, layer) =>
    directions.map((direction) => {
      const layerInput = layer === 0 ? inputSize : outputSize * directions.length;
      const named = (name: string, ...shape: number[]): NamedShape => [
        `${name}_l${layer}${direction}`,
        shape,
      ];
      return [
        named('weight_ih', gateSize, layerInput),
        named('weight_hh', gateSize, outputSize),
        ...(bias ? [named('bias_ih', gateSize), named('bias_hh', gateSize)] : []),
        ...(projSize > 0 ? [named('weight_hr', projSize, hiddenSize)] : []),
      ];
    }),
  ).flat();
}
