import { checkOptions, inWorkers } from '@flambeau/core';
import { chances, type Draw } from './draws.js';
import type { ImageDraft } from './imageDraft.js';

/** Where a kind of transform comes among others: the lower, the earlier. */
export const order = {
  pad: -10,
  coord: 4,
  affine: 5,
  lighting: 8,
  pixel: 10,
  cutout: 20,
  crop: 99,
} as const;

/** What a crop is told by the size that all images shall have. */
export interface CropTarget {
  readonly size: readonly [rows: number, columns: number];
  readonly paddingMode: 'zeros' | 'border' | 'reflection';
}

/** How a transform works. */
export interface TransformDefinition<Params extends object> {
  readonly name: string;
  readonly order: number;
  /** For parameters that are not given. */
  readonly defaults: Params;
  /** How random parameters are drawn; the others are taken as they are given. */
  readonly draws: { readonly [Name in keyof Params]?: (given: never) => Params[Name] };
  /** What random parameters are drawn from that are not given, where their default is not taken. */
  readonly drawn?: { readonly [Name in keyof Params]?: unknown };
  apply(draft: ImageDraft, params: Params): void;
}

/** What random transforms are given besides their parameters. */
export interface RandOptions {
  /** How likely it is that an image is transformed. Default 1. */
  readonly p?: number;
  /** False takes the parameters as they are given, without drawing. Default true. */
  readonly isRandom?: boolean;
  /** Transforms targets that are images too. Default true. */
  readonly useOnY?: boolean;
}

const randOptions = ['p', 'isRandom', 'useOnY'];

/** The parameters of one application; undefined where the transform leaves an image as it is. */
export type Drawn<Params> = Params | undefined;

/** A transform with how its parameters are drawn for each image. */
export class RandTransform<Params extends object = object> {
  readonly definition: TransformDefinition<Params>;
  /** What it was made with. */
  readonly options: object;
  readonly given: Readonly<Partial<Record<keyof Params, unknown>>>;
  readonly p: number;
  readonly isRandom: boolean;
  readonly useOnY: boolean;

  /**
   * @throws TypeError for a parameter that the transform does not have
   * @throws RangeError for a `p` that is no probability, and for what cannot be drawn from
   */
  constructor(definition: TransformDefinition<Params>, options: object) {
    checkOptions(definition.name, options, [...Object.keys(definition.defaults), ...randOptions]);
    const { p = 1, isRandom = true, useOnY = true, ...given } = options as RandOptions;
    if (!(p >= 0 && p <= 1)) {
      throw new RangeError(`${definition.name}: p must be a probability from 0 to 1, got ${p}`);
    }
    if (isRandom) checkDrawn(definition.name, definition.draws, given);
    this.definition = definition;
    this.options = options;
    this.given = given as Readonly<Partial<Record<keyof Params, unknown>>>;
    this.p = p;
    this.isRandom = isRandom;
    this.useOnY = useOnY;
    inWorkers(this, {
      module: import.meta.url,
      export: 'RandTransform',
      args: [definition, options],
    });
  }

  get name(): string {
    return this.definition.name;
  }

  get order(): number {
    return this.definition.order;
  }

  /** Draws parameters for an image. */
  draw(): Drawn<Params> {
    const { defaults, draws, drawn } = this.definition;
    if (!this.isRandom) return { ...defaults, ...this.given };
    const given: Readonly<Partial<Record<keyof Params, unknown>>> = { ...drawn, ...this.given };
    const params = { ...defaults, ...given } as Params;
    for (const name of Object.keys(given) as (keyof Params)[]) {
      const draw = draws[name] as ((given: unknown) => Params[keyof Params]) | undefined;
      if (draw !== undefined) params[name] = draw(given[name]);
    }
    return this.p === 1 || chances(1)(this.p)[0] ? params : undefined;
  }

  /** @param target for a crop: what it is not given otherwise */
  apply(draft: ImageDraft, drawn: Drawn<Params>, target: Partial<CropTarget> = {}): void {
    if (drawn !== undefined) this.definition.apply(draft, { ...drawn, ...target });
  }
}

function checkDrawn(name: string, draws: object, given: object): void {
  const checked = new Map<string, Partial<Draw<unknown>>>(Object.entries(draws));
  for (const [param, value] of Object.entries(given)) {
    checked.get(param)?.check?.(`${name}: ${param}`, value);
  }
}
