import { setTimeout as sleep } from 'node:timers/promises';
import { CoinlogError } from '../errors.ts';
import type { EventHeader } from '../log/event.ts';
import { readEvent, readHeaders, readHeads, readNewest } from '../log/read.ts';
import type { App } from './app.ts';
import { table, type Output } from './output.ts';

export interface EventsListOptions {
  stream?: string | undefined;
  from?: number | undefined;
  limit: number;
  follow: boolean;
}

const header = ['stream', 'version', 'type', 'recordedAt', 'runId', 'bytes', 'sha256'] as const;
const rowOf = (event: EventHeader) =>
  [
    event.stream,
    event.version,
    event.type,
    event.recordedAt,
    event.runId,
    event.payloadBytes,
    event.sha256.slice(0, 12),
  ] as const;

/** Events without payloads: one stream from a version, or the newest of all. With `follow` it goes on until stopped. */
export async function eventsList(
  app: App,
  output: Output,
  options: EventsListOptions,
  stop: AbortSignal,
): Promise<number> {
  const { archive } = app;
  const { sql } = app.database;
  const { stream, from = 1, limit } = options;
  // Before the events themselves: following starts here, and what comes in between is not missed.
  const heads = await readHeads(sql);
  const events =
    stream === undefined
      ? await readNewest(sql, limit, archive)
      : await readHeaders(sql, stream, from - 1, { limit, archive });
  if (!options.follow) {
    output.result({ events }, () =>
      events.length === 0 ? 'No events here yet.' : table(header, events.map(rowOf)),
    );
    return 0;
  }
  const print = (event: EventHeader) =>
    output.result(event, () => table(header, [rowOf(event)]).split('\n')[1] ?? '');
  const shown = stream === undefined ? events.toReversed() : events;
  for (const event of shown) print(event);
  const positions = stream === undefined ? heads : new Map([[stream, events.at(-1)?.version ?? from - 1]]);
  await follow(app, positions, stream, print, stop);
  return 0;
}

async function follow(
  app: App,
  positions: Map<string, number>,
  only: string | undefined,
  print: (event: EventHeader) => void,
  stop: AbortSignal,
) {
  const { sql } = app.database;
  while (!stop.aborted) {
    for (const [stream, head] of await readHeads(sql)) {
      if (only !== undefined && stream !== only) continue;
      const after = positions.get(stream) ?? 0;
      if (head <= after) continue;
      const events = await readHeaders(sql, stream, after, { limit: 100, archive: app.archive });
      for (const event of events) print(event);
      positions.set(stream, events.at(-1)?.version ?? after);
    }
    await sleep(300, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** One event; with `payload` the exact bytes received and nothing else, without even a line end. */
export async function eventsShow(
  app: App,
  output: Output,
  stream: string,
  version: number,
  payload: boolean,
): Promise<number> {
  const event = await readEvent(app.database.sql, stream, version, app.archive);
  if (event === null) {
    const heads = await readHeads(app.database.sql);
    const known = heads.has(stream)
      ? `the stream ends at ${heads.get(stream)}`
      : `there are ${[...heads.keys()].join(', ') || 'no streams yet'}`;
    throw new CoinlogError('EVENT_NOT_FOUND', `There is no event ${version} in ${stream}: ${known}.`);
  }
  if (payload) {
    output.bytes(event.payload);
    return 0;
  }
  const { payload: _bytes, ...shown } = event;
  output.result(shown, () => JSON.stringify(shown, null, 2));
  return 0;
}
