import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMarket } from '../sandbox/market.ts';
import type { DirectoryFeed, PageRequest, PayloadEvent, PollFeed, PollSettings, Source } from './source.ts';
import { breakEachField } from './test-source-breaking.ts';
import { problemsOf } from './test-source-records.ts';

const receivedAt = new Date('2026-01-02T03:04:05Z');
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const noPages: Record<string, Uint8Array> = {
  'nothing at all': encode(''),
  'plain text': encode('Throttled'),
  HTML: encode('<!DOCTYPE html><html><body>error code: 1020</body></html>'),
  'an error object': encode('{"error":"too many requests"}'),
  'an error with a status': encode('{"status":{"error_code":429,"error_message":"slow down"}}'),
  'an error within an error': encode('{"error":{"status":{"error_code":10002}}}'),
  null: encode('null'),
  'a number': encode('42'),
  'bytes that are no text': Uint8Array.of(0x5b, 0xff, 0xfe, 0x5d),
  'zero bytes': new Uint8Array(64),
  'endless nesting': encode('['.repeat(100_000)),
};

/** A source's settings as the configuration makes them; what `environment` leaves out is unset. */
export function settingsOf(source: Source, environment: Record<string, string> = {}): PollSettings {
  if (source.settings === null) throw new TypeError(`${source.name} is polled and has no settings`);
  const parsed = Object.entries(source.variables).map(
    ([name, { schema }]) => [name, schema.parse(environment[name])] as const,
  );
  return source.settings(Object.fromEntries(parsed));
}

/** The `page.fetched` event of a page as the runner records it, frozen, so that a fold that changes its input fails. */
export function pageEvent({ path, params }: PageRequest, payload: Uint8Array): PayloadEvent {
  const request = Object.freeze({
    url: `https://api.example.org${path}`,
    path,
    params: Object.freeze(params),
    plan: 'test',
  });
  const metadata = Object.freeze({ request, status: 200, attempt: 1, page: 1, headers: Object.freeze({}) });
  return Object.freeze({ type: 'page.fetched', receivedAt, metadata, payload });
}

function testSettings(source: Source, feed: PollFeed): void {
  it('can be pointed at another address, as at its sandbox', () => {
    const url = 'http://127.0.0.1:8101/mount/v9';
    const name = `${source.name.toUpperCase()}_BASE_URL`;
    expect(settingsOf(source, { [name]: `${url}/` }).baseUrl).toBe(url);
  });

  it('can be asked with nothing configured', () => {
    const settings = settingsOf(source);
    expect(settings.baseUrl).toMatch(/^https:\/\/[^?#@]*[^/?#@]$/);
    expect(settings.currency).toMatch(/^[A-Z0-9]+$/);
    expect(settings.plan).not.toBe('');
    expect(settings.pages === 'all' || settings.pages >= 1).toBe(true);
    for (const limit of Object.values(settings.limits)) expect(limit ?? 1).toBeGreaterThan(0);
    const request = feed.request(settings, 1);
    expect(request.path).toMatch(/^\/[^?#]*$/);
    expect(feed.request(settings, 1)).toEqual(request);
  });

  it('sends its keys in headers and lets them nowhere else, where they would be recorded', () => {
    const secrets = Object.keys(source.variables).filter((name) => source.variables[name]?.secret);
    const keys = Object.fromEntries(secrets.map((name) => [name, `key-of-${name}`]));
    const { headers, ...rest } = settingsOf(source, keys);
    const recorded = JSON.stringify([
      rest,
      feed.request({ headers, ...rest }, 1),
      feed.request({ headers, ...rest }, 2),
    ]);
    expect(recorded).not.toContain('key-of-');
    const sent = Object.values(headers).join('\n');
    if (secrets.length > 0) expect(sent).toContain('key-of-');
    expect(Object.values(settingsOf(source).headers).join('\n')).not.toContain('key-of-');
  });
}

function testCheck(feed: PollFeed, request: PageRequest, pages: Record<string, Uint8Array>): void {
  it.each(Object.entries(noPages))('calls %s no page, and says what it is', (_name, body) => {
    const check = feed.check(body, request);
    expect(check).toMatchObject({ kind: 'wrong' });
    expect(check.kind === 'wrong' && check.reason.trim()).toBeTruthy();
  });

  it('judges any bytes without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (body) => {
        expect(['page', 'wrong']).toContain(feed.check(body, request).kind);
      }),
    );
  });

  it.each(Object.entries(pages))('takes no part of %s for the whole', (_name, body) => {
    // Blanks at the end are no part of it.
    const length = body.findLastIndex((byte) => byte > 0x20);
    for (const part of [0.1, 0.5, 0.9, 0.999]) {
      const check = feed.check(body.subarray(0, Math.floor(length * part)), request);
      expect(check.kind).toBe('wrong');
    }
  });
}

function testPage(feed: PollFeed, request: PageRequest, body: Uint8Array, kind: 'coin' | 'listing'): void {
  // A copy, which a Buffer's own slice is not.
  const before = new Uint8Array(body);
  const records = feed.toRecords(pageEvent(request, body));

  it('reads as many records as it counts, every one sound', () => {
    expect(feed.check(body, request)).toMatchObject({ kind: 'page', records: records.length });
    expect(problemsOf(records)).toEqual([]);
    expect(records.some((record) => record.kind === kind)).toBe(true);
  });

  it('reads the same twice and leaves the event as it was', () => {
    expect(feed.toRecords(pageEvent(request, body))).toEqual(records);
    expect(Buffer.compare(body, before)).toBe(0);
  });

  it('loses no other record whichever field of one is broken', () => {
    for (const { what, index, bytes } of breakEachField(body)) {
      const read = feed.toRecords(pageEvent(request, bytes));
      expect(problemsOf(read), what).toEqual([]);
      expect(read.length, what).toBe(records.length);
      expect(read.toSpliced(index, 1), what).toEqual(records.toSpliced(index, 1));
    }
  });
}

function testSandbox(source: Source, feed: PollFeed, pagesMax: number): void {
  it('reads every record of its sandbox, to the last page', () => {
    if (source.sandbox === null) return;
    const market = createMarket({
      seed: 1,
      coins: 300,
      speed: 1,
      startedAt: receivedAt,
      clock: () => receivedAt,
    });
    const upstream = source.sandbox.create(market);
    const { headers, ...settings } = settingsOf(source);
    for (let page = 1; page <= pagesMax; page++) {
      const request = feed.request({ headers, ...settings }, page);
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(request.params)) query.set(name, String(value));
      const answer = upstream.handle({
        path: source.sandbox.basePath + request.path,
        query,
        headers,
        // A second apart: within every limit there is.
        nowMs: receivedAt.getTime() + page * 1_000,
      });
      expect(answer.status).toBe(200);
      const check = feed.check(encode(answer.body), request);
      const records = feed.toRecords(pageEvent(request, encode(answer.body)));
      expect(check).toMatchObject({ kind: 'page', records: records.length });
      expect(problemsOf(records)).toEqual([]);
      expect(records.filter((record) => record.kind === 'rejected')).toEqual([]);
      if (check.kind === 'page' && check.last) return;
    }
    expect.fail('300 coins have no last page');
  });
}

function testPages(
  feed: PollFeed,
  request: PageRequest,
  pages: Record<string, Uint8Array>,
  kind: 'coin' | 'listing',
) {
  testCheck(feed, request, pages);
  it('has sample pages', () => {
    expect(Object.keys(pages)).not.toEqual([]);
  });
  for (const [name, body] of Object.entries(pages))
    describe(`page ${name}`, () => testPage(feed, request, body, kind));
}

/** The part of the conformance suite for a source that is asked page by page. */
export function testPollFeed(source: Source, feed: PollFeed, pages: Record<string, Uint8Array>): void {
  testSettings(source, feed);
  testSandbox(source, feed, 5);
  testPages(feed, feed.request(settingsOf(source), 1), pages, 'coin');
}

/** The part of it for a feed that tells who a source's coins are. */
export function testDirectory(source: Source, feed: DirectoryFeed, pages: Record<string, Uint8Array>): void {
  const subjects = Array.from({ length: feed.pages }, (_, index) => `coin-${index}`);
  const settings = { ...settingsOf(source), pages: feed.pages, subjects };

  it('has a title, a schedule of its own and as many pages as it asks for', () => {
    expect(feed.title.trim()).not.toBe('');
    expect(feed.schedule.trim().split(/\s+/)).toHaveLength(5);
    expect(feed.pages).toBeGreaterThanOrEqual(1);
    const addresses = Array.from({ length: feed.pages }, (_, index) => feed.request(settings, index + 1));
    expect(new Set(addresses.map((address) => JSON.stringify(address))).size).toBe(feed.pages);
  });

  it('asks with what is recorded of the settings alone, which holds no key', () => {
    const secrets = Object.keys(source.variables).filter((name) => source.variables[name]?.secret);
    const keys = Object.fromEntries(secrets.map((name) => [name, `key-of-${name}`]));
    const request = feed.request({ ...settingsOf(source, keys), pages: feed.pages, subjects }, 1);
    expect(request.path).toMatch(/^\/[^?#]*$/);
    expect(JSON.stringify(request)).not.toContain('key-of-');
  });

  // What it asks about are the coins of another feed's sandbox: its source's own tests know which.
  if (feed.subjects === undefined) testSandbox(source, feed, feed.pages);
  testPages(feed, feed.request(settings, 1), pages, 'listing');
}
