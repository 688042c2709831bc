import { describe, expect, it } from 'vitest';
import { createMarket } from '../../sandbox/market.ts';
import { marketFields } from '../../sources/coingecko/payload-fields.ts';
import { coingecko } from '../../sources/coingecko/index.ts';
import { tickerFields } from '../../sources/coinpaprika/payload-fields.ts';
import { coinpaprika } from '../../sources/coinpaprika/index.ts';
import type { PayloadFields } from '../../sources/payload-fields.ts';
import type { PageRequest, Source } from '../../sources/source.ts';
import { settingsOf } from '../../sources/test-source-poll.ts';
import { createTestFeed } from './testing.ts';

const startedAt = new Date('2026-01-02T03:04:05Z');
const hoursMs = 3_600_000;

/** The sandbox of a source at any time: what its first page holds then. */
function createUpstream(source: Source) {
  const { feed, sandbox } = source;
  if (sandbox === null || feed.kind !== 'poll') throw new TypeError(`${source.name} has no sandbox`);
  let nowMs = startedAt.getTime();
  const market = createMarket({ seed: 1, coins: 300, speed: 1, startedAt, clock: () => new Date(nowMs) });
  const upstream = sandbox.create(market);
  const { headers, ...settings } = settingsOf(source);
  const request: PageRequest = feed.request({ headers, ...settings }, 1);
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.params)) query.set(name, String(value));
  return {
    params: request.params,
    at(timeMs: number): unknown[] {
      nowMs = timeMs;
      const { body } = upstream.handle({ path: sandbox.basePath + request.path, query, headers, nowMs });
      return JSON.parse(body) as unknown[];
    },
  };
}

describe.each<[Source, PayloadFields]>([
  [coingecko, marketFields],
  [coinpaprika, tickerFields],
])('$name', (source, fields) => {
  it('has no drift while only its market moves', () => {
    const upstream = createUpstream(source);
    const feed = createTestFeed(fields, source.feed.stream);
    expect(upstream.at(startedAt.getTime()).length).toBeGreaterThan(100);
    const reports = [0, 1, 5, 24, 24 * 7, 24 * 30].map((hours) =>
      feed.run({ pages: [upstream.at(startedAt.getTime() + hours * hoursMs)], params: upstream.params }),
    );
    expect(reports.flat()).toEqual([]);
  });
});
