import { torch } from '@flambeau/core';
import { buildServer } from './server.js';

// Predictions are small: one thread does them, and the fit gets the others.
const threads = Math.max(1, torch.getNumThreads() - 1);
torch.setNumThreads(1);

const app = buildServer({ threads, logger: true });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close());
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) });
