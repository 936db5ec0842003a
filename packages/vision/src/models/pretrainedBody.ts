import { inspect } from 'node:util';
import { keep, nn, tensorsOf, tidy } from '@flambeau/core';
import type { Architecture } from './architecture.js';
import { type PretrainedOptions, pretrainedWeights } from './pretrainedWeights.js';
import { readWeights } from './readWeights.js';
import { metaOf } from './registry.js';

export interface BodyOptions {
  /** Where the body ends, see `nn.createBody`. Default: fast.ai's place for the architecture. */
  readonly cut?: nn.BodyCut;
  /** Whether the body has learned before. Default true. */
  readonly pretrained?: boolean;
  /**
   * A file with the weights, `.safetensors` or of `torch.save`; the classifier's may be missing or
   * of another shape. Default: those of ImageNet, see {@link pretrainedWeights}.
   */
  readonly weights?: string;
  /** How they are downloaded, where they must be. */
  readonly download?: PretrainedOptions;
}

export const bodyOptions = [
  'cut',
  'pretrained',
  'weights',
  'download',
] as const satisfies readonly (keyof BodyOptions)[];

/**
 * The part of a network that finds features.
 * @throws TypeError for what makes no network, and for weights when `pretrained` is false
 * @throws StateDictError for weights that do not fit
 * @throws RangeError for an architecture without weights of ImageNet when none are given
 */
export async function pretrainedBody(
  arch: Architecture,
  options: BodyOptions = {},
): Promise<nn.Module> {
  if (typeof arch !== 'function') {
    throw new TypeError(`expected an architecture, such as models.resnet34, got ${inspect(arch)}`);
  }
  const { pretrained = true, weights, download, cut = metaOf(arch).cut } = options;
  if (!pretrained && weights !== undefined) {
    throw new TypeError(`weights are given, '${weights}', but pretrained is false`);
  }
  const file = pretrained ? (weights ?? (await pretrainedWeights(arch, download))) : undefined;
  return tidy(() => {
    const network = arch();
    const body = nn.createBody(network, cut);
    if (file !== undefined) loadBody(network, body, readWeights(file));
    for (const tensor of body[tensorsOf]()) keep(tensor);
    return body;
  });
}

/** Loads what the body has of the network; what the file says of the rest does not matter. */
function loadBody(network: nn.Module, body: nn.Module, stored: nn.StateDict): void {
  const ofBody = new Set(body[tensorsOf]());
  const state = network.stateDict({ keepVars: true });
  const rest = Object.entries(state).filter(([, tensor]) => !ofBody.has(tensor));
  network.loadStateDict({ ...stored, ...Object.fromEntries(rest) });
}
