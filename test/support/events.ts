import { append } from '../../src/log/append.ts';
import { deriveId } from '../../src/log/event-id.ts';
import type { Metadata, NewEvent } from '../../src/log/event.ts';
import type { Sql } from '../../src/database/client.ts';

export interface TestRun {
  stream: string;
  runId: string;
  startedAt: Date;
  /** Query parameters as recorded, `vs_currency` among them. */
  params: Record<string, string | number>;
  /** Of the requests; `/page` unless told. */
  path?: string;
  /** The body of each page. */
  pages: string[];
  ending?: {
    type: 'run.completed' | 'run.failed' | 'run.deferred' | 'run.abandoned';
    metadata?: Metadata;
  } | null;
}

const empty = new Uint8Array();

/** Two events of one millisecond would stand in the order of their rows' ids: what a test expects is that of recording. */
async function nextMillisecond(): Promise<void> {
  const before = Date.now();
  while (Date.now() === before) await new Promise((resolve) => setImmediate(resolve));
}

/** Appends a whole run to a feed's stream, the way the ingester does. */
export async function appendRun(
  sql: Sql,
  { stream, runId, startedAt, params, path = '/page', pages, ending }: TestRun,
): Promise<void> {
  const at = (offsetMs: number) => new Date(startedAt.getTime() + offsetMs);
  const event = (
    type: string,
    receivedAt: Date,
    metadata: Metadata,
    payload: Uint8Array = empty,
  ): NewEvent => ({
    id: deriveId(runId, type, receivedAt.getTime(), JSON.stringify(metadata)),
    type,
    schemaVersion: 1,
    runId,
    receivedAt,
    metadata,
    payload,
  });
  await append(sql, stream, [event('run.started', at(0), { reason: 'test' })]);
  for (const [index, body] of pages.entries()) {
    const request = {
      url: 'https://example.test/page',
      path,
      params: { ...params, page: index + 1 },
      plan: 'keyless',
    };
    const metadata = { request, status: 200, attempt: 1, page: index + 1, headers: {} };
    await append(sql, stream, [event('page.fetched', at(100 * (index + 1)), metadata, Buffer.from(body))]);
    await nextMillisecond();
  }
  if (ending === null) return;
  const { type, metadata = {} } = ending ?? { type: 'run.completed' };
  await append(sql, stream, [event(type, at(100 * (pages.length + 1)), metadata)]);
}
