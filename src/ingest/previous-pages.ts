import { z } from 'zod';
import type { Sql } from '../database/client.ts';
import { eventKey, readSkipped } from '../control/skip-decisions.ts';
import { readRedactions } from '../log/redactions.ts';
import { redactionKey } from '../log/stored-event.ts';

/** A page as it was last received, to be named in the next request for it. */
export interface PreviousPage {
  /** The event that holds its bytes. */
  version: number;
  /** Hexadecimal. */
  sha256: string;
  records: number;
  last: boolean;
  etag: string | null;
  lastModified: string | null;
}

/** Under a strict contract the same bytes may come to something else once a change was acknowledged. */
export const noPreviousPages: PreviousPages = { of: () => null };

export interface PreviousPages {
  /** By the whole address, which tells host, path and parameters, and the plan. */
  of(url: string, plan: string): PreviousPage | null;
}

const recorded = z.object({
  request: z.object({ url: z.string(), plan: z.string() }),
  records: z.number(),
  last: z.boolean(),
  headers: z.object({ etag: z.string().optional(), 'last-modified': z.string().optional() }),
  /** Of an unchanged page: which event has its bytes, and their digest. */
  of: z.object({ version: z.number(), sha256: z.string() }).optional(),
});

const keyOf = (url: string, plan: string): string => `${plan} ${url}`;

// Two sweeps over all coins, with failed attempts in between; what is older is fetched anew.
const eventsBack = 500;

interface Row {
  version: number;
  sha256: string;
  metadata: unknown;
}

/** The pages at the end of a feed's stream, by their requests. From the log: nothing else knows what was received. */
export async function readPreviousPages(sql: Sql, stream: string): Promise<PreviousPages> {
  const rows = await sql<Row[]>`
    select version, encode(sha256, 'hex') as sha256, metadata from log.event
    where stream = ${stream} and type in ('page.fetched', 'page.unchanged')
      and version > (select head from log.stream where stream = ${stream}) - ${eventsBack}
    order by version`;
  const [redactions, skipped] = [await readRedactions(sql), await readSkipped(sql)];
  const pages = new Map<string, PreviousPage>();
  for (const row of rows) {
    const parsed = recorded.safeParse(row.metadata);
    if (!parsed.success) continue;
    const { request, records, last, headers, of } = parsed.data;
    const version = of?.version ?? row.version;
    const key = keyOf(request.url, request.plan);
    // Nothing to refer to: its bytes are gone or passed over, and the next answer is stored again.
    if (redactions.has(redactionKey(stream, version)) || skipped.has(eventKey(stream, version)))
      pages.delete(key);
    else
      pages.set(key, {
        version,
        sha256: of?.sha256 ?? row.sha256,
        records,
        last,
        etag: headers.etag ?? null,
        lastModified: headers['last-modified'] ?? null,
      });
  }
  return { of: (url, plan) => pages.get(keyOf(url, plan)) ?? null };
}

/** The headers that ask for a page only when it has changed; none where no validator was seen. */
export function conditionsOf(previous: PreviousPage | null): Record<string, string> {
  if (previous?.etag) return { 'if-none-match': previous.etag };
  return previous?.lastModified ? { 'if-modified-since': previous.lastModified } : {};
}
