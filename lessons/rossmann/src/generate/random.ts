import { randomLcg, randomNormal } from 'd3-random';

/** Seeded draws: the same seed gives the same numbers on every machine. */
export class RandomDraws {
  readonly #unit: () => number;
  readonly #standardNormal: () => number;

  constructor(seed: number) {
    this.#unit = randomLcg(seed / 2 ** 32);
    this.#standardNormal = randomNormal.source(this.#unit)(0, 1);
  }

  normal(mean: number, std: number): number {
    return mean + std * this.#standardNormal();
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.#unit();
  }

  /** A whole number, both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.#unit() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.#unit() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** A key of `weights`, each as likely as its share of the sum. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.#unit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return (entries.at(-1) as [K, number])[0];
  }

  /** `count` different places of 0 … `length` - 1, in ascending order. */
  sample(length: number, count: number): number[] {
    const places = Array.from({ length }, (_, place) => place);
    for (let i = 0; i < count; i++) {
      const j = this.integer(i, length - 1);
      [places[i], places[j]] = [places[j] as number, places[i] as number];
    }
    return places.slice(0, count).sort((a, b) => a - b);
  }
}
