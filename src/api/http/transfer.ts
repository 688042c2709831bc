import compress from '@fastify/compress';
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { brotliOptions, encodings, gzipOptions, packAtOnceBytes, packFromBytes } from './packed.ts';

export interface TransferOptions {
  /** Origins whose pages may read answers; `*` for any; none: no page of another origin may. */
  corsOrigins: readonly string[];
}

// Answers of ours that are text; pages and scripts are packed when they are built.
const compressible = /^(?:application\/(?:json|graphql-response\+json|x-ndjson)|text\/(?:csv|plain))/;

const requestHeaders = [
  'Content-Type',
  'Authorization',
  'If-None-Match',
  'X-Request-ID',
  'Apollo-Require-Preflight',
  'X-Apollo-Operation-Name',
];
const answerHeaders = [
  'ETag',
  'X-Read-Model-Version',
  'X-Request-ID',
  'X-Response-Time',
  'Content-Disposition',
  'Retry-After',
];
const preflightMaxAgeSeconds = 600;

/**
 * How answers travel: packed, where a client takes that, and to pages of the origins that may read them. Must have come to an end
 * before routes are registered. A plain OPTIONS is no preflight: it is for the route to refuse.
 */
export async function registerTransfer(
  app: FastifyInstance,
  { corsOrigins }: TransferOptions,
): Promise<void> {
  if (corsOrigins.length > 0)
    await app.register(cors, {
      delegator: (request, done) => {
        const isPreflight =
          request.headers.origin !== undefined &&
          request.headers['access-control-request-method'] !== undefined;
        done(null, {
          origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
          methods: ['GET', 'HEAD', 'POST'],
          allowedHeaders: requestHeaders,
          exposedHeaders: answerHeaders,
          maxAge: preflightMaxAgeSeconds,
          preflight: isPreflight,
          strictPreflight: false,
        });
      },
    });
  await app.register(compress, {
    global: true,
    threshold: packFromBytes,
    syncThreshold: packAtOnceBytes,
    encodings,
    customTypes: compressible,
    zlibOptions: gzipOptions,
    brotliOptions,
    // What comes in packed may be any size unpacked.
    globalDecompression: false,
  });
}
