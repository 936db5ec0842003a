import { defaultGenerator } from '../random.js';
import type { Reader } from './reader.js';

/**
 * Lets the random numbers of every batch start from a seed of its own, and puts the default
 * generator of the CPU back afterwards.
 * @param seed that of the first batch; the next ones follow it
 */
export function seeded(reader: Reader, seed: bigint): Reader {
  const generator = defaultGenerator('cpu');
  let next = seed;
  return {
    read: (task, finish, prepared) => {
      using state = generator.getState();
      generator.manualSeed(next++);
      try {
        return reader.read(task, finish, prepared);
      } finally {
        generator.setState(state);
      }
    },
    close: () => reader.close(),
  };
}
