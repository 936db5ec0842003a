import { Readable } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { type FitReport, Fits, type FitsOptions } from './fits.js';
import { Predictor } from './predictor.js';
import { type Hour, hourSchema } from './rentals.js';
import type { FitRequest } from './train.js';

export interface ServerOptions extends FitsOptions {
  /** Writes requests and errors to the standard output. Default false. */
  readonly logger?: boolean;
}

const fitSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    epochs: { type: 'integer', minimum: 1, maximum: 200, default: 5 },
    hours: { type: 'integer', minimum: 400, maximum: 1_000_000, default: 20_000 },
    lr: { type: 'number', exclusiveMinimum: 0, maximum: 1, default: 0.01 },
    seed: { type: 'integer', minimum: 0, maximum: 2 ** 32, default: 1 },
  },
} as const;

const predictSchema = {
  type: 'object',
  required: ['rows'],
  additionalProperties: false,
  properties: { rows: { type: 'array', minItems: 1, maxItems: 1000, items: hourSchema } },
} as const;

/** A server that predicts rentals of bicycles, and learns to while it does. */
export function buildServer({ logger = false, ...options }: ServerOptions = {}): FastifyInstance {
  const app = fastify({
    logger,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  const predictor = new Predictor();
  const fits = new Fits(predictor, options);

  app.post<{ Body: FitRequest }>('/fits', { schema: { body: fitSchema } }, (request, reply) => {
    if (fits.isRunning) return reply.code(409).send(problem('a fit is running already'));
    return reply.code(202).header('location', '/fits/current').send(fits.start(request.body));
  });

  app.get('/fits/current', (request, reply) => {
    if (fits.current === null) return reply.code(404).send(problem('there was no fit yet'));
    if (!request.headers.accept?.includes('text/event-stream')) return reply.send(fits.current);
    return (
      reply
        .header('content-type', 'text/event-stream')
        .header('cache-control', 'no-cache')
        // Kept alive, it would hold up the server's close.
        .header('connection', 'close')
        .send(Readable.from(asEvents(fits.follow())))
    );
  });

  app.delete('/fits/current', async (_, reply) => {
    if (!fits.isRunning) return reply.code(409).send(problem('no fit is running'));
    await fits.abort();
    return fits.current;
  });

  app.post<{ Body: { rows: Hour[] } }>(
    '/predict',
    { schema: { body: predictSchema } },
    (request, reply) => {
      const { version } = predictor;
      if (version === null) return reply.code(503).send(problem('no fit has got so far yet'));
      return reply.send({ predictions: predictor.predict(request.body.rows), version });
    },
  );

  app.addHook('preClose', () => fits.abort());
  app.addHook('onClose', async () => predictor[Symbol.dispose]());
  return app;
}

function problem(message: string): { readonly message: string } {
  return { message };
}

/** Server-sent events. */
async function* asEvents(reports: AsyncIterable<FitReport>): AsyncGenerator<string> {
  for await (const report of reports) yield `data: ${JSON.stringify(report)}\n\n`;
}
