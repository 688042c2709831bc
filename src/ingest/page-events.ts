import { canonicalJson } from '../log/canonical-json.ts';
import { deriveId } from '../log/event-id.ts';
import type { Metadata, NewEvent } from '../log/event.ts';
import type { PageRequest, PollSettings } from '../sources/source.ts';
import { censored, createCensor } from './censor.ts';
import { sampleOf, type Answered, type Failure } from './classify.ts';
import type { Attempt } from './http.ts';
import type { PreviousPage } from './previous-pages.ts';
import { runFact } from './run-facts.ts';

// What an answer says of itself; anything else in its headers is noise or a cookie.
const recordedHeaders = [
  'content-type',
  'date',
  'etag',
  'last-modified',
  'age',
  'cf-cache-status',
  'x-coinlog-sandbox',
];

const headersOf = (headers: Headers): Metadata =>
  Object.fromEntries(
    recordedHeaders.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)]] : [])),
  );

/** The address as it is asked and recorded: no key is ever part of it. */
export function urlOf(settings: PollSettings, { path, params }: PageRequest): string {
  const query = new URLSearchParams(
    Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return `${settings.baseUrl}${path}?${query.toString()}`;
}

const requestMetadata = (settings: PollSettings, request: PageRequest): Metadata => ({
  url: urlOf(settings, request),
  path: request.path,
  params: request.params,
  plan: settings.plan,
});

/** Which attempt at which page of which run. */
export interface PageAttempt {
  stream: string;
  runId: string;
  settings: PollSettings;
  request: PageRequest;
  /** From 1. */
  page: number;
  /** Counted over the whole run, from 1. */
  attempt: number;
}

/** How many records a page has, counted where it was received, and whether it is the last. */
export interface PageSize {
  records: number;
  last: boolean;
}

/** One id for a page of a run, whether it was stored or found unchanged: it is there once. */
const pageId = ({ stream, runId, request: { path, params }, page }: PageAttempt): string =>
  deriveId(stream, runId, canonicalJson({ path, params }), page);

const answerMetadata = (
  { settings, request, page, attempt }: PageAttempt,
  { headers, latencyMs, status }: Answered,
  { records, last }: PageSize,
): Metadata => ({
  request: requestMetadata(settings, request),
  status,
  attempt,
  page,
  latencyMs,
  records,
  last,
  headers: censored(headersOf(headers), createCensor(settings.headers)),
});

/**
 * Pure: the event of a page, its payload the exact bytes of the answer. `contract` says how the folds are to treat what
 * differs from the records known so far.
 */
export const pageFetched = (
  which: PageAttempt,
  answer: Answered,
  size: PageSize,
  contract: string,
): NewEvent => ({
  id: pageId(which),
  type: 'page.fetched',
  schemaVersion: 2,
  runId: which.runId,
  receivedAt: answer.receivedAt,
  metadata: { ...answerMetadata(which, answer, size), contract, pages_asked: which.settings.pages },
  payload: answer.body,
});

/** Pure: the event of a page whose bytes are those of an earlier event, to which it refers. */
export function pageUnchanged(which: PageAttempt, answer: Answered, previous: PreviousPage): NewEvent {
  const { version, sha256, etag, lastModified } = previous;
  const metadata = answerMetadata(which, answer, previous);
  const censor = createCensor(which.settings.headers);
  return {
    id: pageId(which),
    type: 'page.unchanged',
    schemaVersion: 1,
    runId: which.runId,
    receivedAt: answer.receivedAt,
    metadata: {
      ...metadata,
      // A 304 need not repeat its validator, and the next request names it again.
      headers: {
        ...(etag === null ? {} : { etag }),
        ...(lastModified === null ? {} : { 'last-modified': lastModified }),
        ...censored(headersOf(answer.headers), censor),
      },
      of: { version, sha256 },
    },
    payload: new Uint8Array(),
  };
}

/** Pure: the event of an attempt that came to nothing, with a short sample of what was sent instead. */
export function pageFailed(
  { stream, runId, settings, request, page, attempt }: PageAttempt,
  answer: Attempt,
  failure: Failure,
): NewEvent {
  const censor = createCensor(settings.headers);
  const answered: Metadata =
    answer.kind === 'answered'
      ? {
          status: answer.status,
          headers: headersOf(answer.headers),
          bytes: answer.body.byteLength,
          sample: sampleOf(answer.body, censor),
        }
      : {};
  const metadata: Metadata = {
    request: requestMetadata(settings, request),
    page,
    attempt,
    class: failure.class,
    reason: failure.reason,
    latencyMs: answer.latencyMs,
    ...answered,
  };
  const identity = [stream, page, attempt];
  return runFact({
    runId,
    type: 'page.failed',
    identity,
    receivedAt: answer.receivedAt,
    metadata: censored(metadata, censor),
  });
}
