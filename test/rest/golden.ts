import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import { z } from 'zod';

const folder = join(import.meta.dirname, '../../../shared/rest-golden');

export const goldenIsThere = existsSync(folder);
export const whyNoGolden = goldenIsThere ? '' : ' (skipped: the recorded answers are not beside the project)';

const recorded = z.object({ request: z.string(), status: z.number(), body: z.unknown() });
export type Golden = z.infer<typeof recorded>;

export const readGolden = (name: string): Golden =>
  recorded.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));

/** What ours adds: in any object, by name. */
const additions = new Set([
  'canonical_coin_id',
  'canonical_coins',
  'code',
  'request_id',
  'started_at',
  'input',
  'next_cursor',
  'trend',
  'change',
]);
/** What ours leaves out: the limit that a message of the old library carries again. */
const dropped = new Set(['ctx']);

type Shape = string | Shape[] | { [key: string]: Shape };

/** The keys and JSON types of a value. */
export function shapeOf(value: unknown): Shape {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object') return typeof value;
  const entries = Object.entries(value).map(([key, inner]): [string, Shape] => [key, shapeOf(inner)]);
  return Object.fromEntries(entries);
}

/** A value without what one of the two has alone by decision. */
function common(value: unknown, without: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => common(item, without));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !without.has(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, common(inner, without)]));
}

/** Asks what was asked then; the answer has the status, keys and JSON types of the recorded one. Returns both bodies. */
export async function askAsRecorded(app: FastifyInstance, name: string) {
  const golden = readGolden(name);
  const [method, url] = golden.request.split(' ');
  if (method !== 'GET' || url === undefined) throw new TypeError(`unexpected request in ${name}`);
  const response = await app.inject({ method, url });
  expect(response.statusCode).toBe(golden.status);
  expect(response.headers).toMatchObject({
    'x-request-id': expect.stringMatching(/./),
    'x-response-time': expect.stringMatching(/^[\d.]+ms$/),
  });
  const ours: unknown = response.json();
  // `request_id` is both an addition to errors and a key of old: it stays where the recorded answer has it.
  const kept = new Set(additions);
  if (JSON.stringify(golden.body).includes('"request_id"')) kept.delete('request_id');
  expect(shapeOf(common(ours, kept))).toEqual(shapeOf(common(golden.body, dropped)));
  return { ours, recorded: golden.body };
}

/** What of a body says the same at every recording: not ids, clocks and latencies. */
export function lasting(body: unknown): unknown {
  const passing = new Set([
    'id',
    'run_id',
    'request_id',
    'api_latency_ms',
    'timestamp',
    'processed_at',
    'latest_updates',
  ]);
  return common(body, new Set([...passing, ...additions, ...dropped]));
}
