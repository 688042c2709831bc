import type { SandboxRequest, SandboxResponse } from '../../sources/sandbox-market.ts';

/** A request to a source's stand-in and what the stand-in answers to it. */
export interface Asked {
  source: string;
  /** As it came: mount, path and query. */
  url: string;
  request: SandboxRequest;
  response: SandboxResponse;
  /** What the stand-in answers to the same for another page. */
  askPage(page: number): SandboxResponse;
}

/** A page of the source's as it was given. */
export interface GivenPage {
  path: string;
  page: number;
  body: string;
}

export interface Exchange extends Asked {
  /** The newest page that the source has given before this request; null before its first. */
  previous: GivenPage | null;
}

/** What becomes of an answer on the wire. */
export type Effect =
  | { kind: 'answer'; response: SandboxResponse }
  /** Headers and half of the body; then the connection is reset, or stays open and silent. */
  | { kind: 'half-answer'; response: SandboxResponse; end: 'reset' | 'silence' }
  | { kind: 'no-answer'; end: 'reset' | 'silence' }
  /** Status 200 without a Content-Length. */
  | { kind: 'stream'; headers: Record<string, string>; chunks: () => AsyncIterable<Uint8Array> }
  /** The listener goes away, and is back on the same port after that time. */
  | { kind: 'outage'; awayMs: number };

export interface Fault {
  /** One line, for people. */
  about: string;
  /** Null where the fault has nothing to change: the answer then stays as it is. */
  effect(exchange: Exchange): Effect | null;
}

/** What a client has to take, adjustable so that a test need not take that much. */
export interface FaultSizes {
  hugeBytes: number;
  /** What a bomb unpacks to. */
  bombBytes: number;
  /** How long connections are refused. */
  awayMs: number;
}
