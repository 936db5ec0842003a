/** An exponential average that is corrected for its start. */
export class SmoothedValue {
  readonly #beta: number;
  #average = 0;
  #count = 0;

  /** @param beta the weight of what was before */
  constructor(beta: number) {
    this.#beta = beta;
  }

  /**
   * a <- beta a + (1 - beta) value
   * @returns a / (1 - betaⁿ) after n values
   */
  add(value: number): number {
    this.#count++;
    this.#average = this.#beta * this.#average + (1 - this.#beta) * value;
    return this.#average / (1 - this.#beta ** this.#count);
  }
}
