import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    maxWorkers: 2,
    // Tests collect garbage to see what it frees.
    execArgv: ['--expose-gc'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two workers and the Python they compare with share the processors.
    env: { OMP_NUM_THREADS: '1' },
    // The built packages are loaded by Node.js itself, as their users load them.
    server: { deps: { external: [/\/dist\/.*\.m?js$/] } },
  },
});
