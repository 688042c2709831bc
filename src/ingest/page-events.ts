import { canonicalJson } from '../log/canonical-json.ts';
import { deriveId } from '../log/event-id.ts';
import type { Metadata, NewEvent } from '../log/event.ts';
import type { PageRequest, PollSettings } from '../sources/source.ts';
import { sampleOf, type Answered, type Judgement } from './classify.ts';
import type { Attempt } from './http.ts';
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

type Failure = Extract<Judgement, { kind: 'failed' }>;

/** Pure: the event of a page, its payload the exact bytes of the answer. */
export function pageFetched(
  { stream, runId, settings, request, page, attempt }: PageAttempt,
  { body, headers, latencyMs, receivedAt, status }: Answered,
): NewEvent {
  const { path, params } = request;
  return {
    id: deriveId(stream, runId, canonicalJson({ path, params }), page),
    type: 'page.fetched',
    schemaVersion: 1,
    runId,
    receivedAt,
    metadata: {
      request: requestMetadata(settings, request),
      status,
      attempt,
      page,
      latencyMs,
      headers: headersOf(headers),
    },
    payload: body,
  };
}

/** Pure: the event of an attempt that came to nothing, with a short sample of what was sent instead. */
export function pageFailed(
  { stream, runId, settings, request, page, attempt }: PageAttempt,
  answer: Attempt,
  failure: Failure,
): NewEvent {
  const answered: Metadata =
    answer.kind === 'answered'
      ? {
          status: answer.status,
          headers: headersOf(answer.headers),
          bytes: answer.body.byteLength,
          sample: sampleOf(answer.body),
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
  return runFact({ runId, type: 'page.failed', identity, receivedAt: answer.receivedAt, metadata });
}
