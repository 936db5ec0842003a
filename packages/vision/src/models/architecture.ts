import { checkOptions, nn } from '@flambeau/core';

export interface ArchitectureOptions {
  /** Outputs of the classifier. Default 1000, the classes of ImageNet. */
  readonly numClasses?: number;
}

export interface DropoutOptions extends ArchitectureOptions {
  /** Dropout in the classifier. */
  readonly dropout?: number;
}

/** Makes a network that takes images, float `[n, 3, rows, columns]`, and gives `[n, numClasses]`. */
export type Architecture<Model extends nn.Module = nn.Module> = (
  options?: ArchitectureOptions,
) => Model;

/**
 * The number of classes of these options.
 * @param known other options that the network has
 * @throws TypeError for an option that it has not
 */
export function classesOf(
  network: string,
  options: ArchitectureOptions,
  known: readonly string[] = [],
): number {
  checkOptions(network, options, ['numClasses', ...known]);
  return options.numClasses ?? 1000;
}

/** How the weights of a network begin; their biases begin as 0. */
export interface Beginning {
  readonly conv: nn.InitFunction;
  /** Leaves the linear layers as they are unless given. */
  readonly linear?: nn.InitFunction;
}

/** Draws the weights of all convolutions and linear layers, in the order of the modules. */
export function initLayers(model: nn.AnyModule, { conv, linear }: Beginning): void {
  for (const module of model.modules()) {
    if (module instanceof nn.Conv2d) nn.initDefault(module, conv);
    else if (linear !== undefined && module instanceof nn.Linear) nn.initDefault(module, linear);
  }
}

/** Keeps the variance of what flows back through a ReLU (He et al. 2015). */
export const kaimingFanOut: nn.InitFunction = (weight) =>
  nn.init.kaimingNormal_(weight, { mode: 'fanOut', nonlinearity: 'relu' });

/** N(0, 0.01²). */
export const smallNormal: nn.InitFunction = (weight) => nn.init.normal_(weight, 0, 0.01);
