import type { SandboxRequest, SandboxResponse } from '../../sources/sandbox-market.ts';
import type { Effect, Exchange } from './fault.ts';

/** An entry of a page, whatever source it is of. */
export type Entry = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The entries of a body that is a list of objects, else null. */
export function entriesIn(body: string): Entry[] | null {
  if (!body.startsWith('[')) return null;
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) && value.every(isObject) ? value : null;
  } catch {
    return null;
  }
}

/** The entries of a good answer, else null. */
export function entriesOf({ status, body }: SandboxResponse): Entry[] | null {
  return status === 200 ? entriesIn(body) : null;
}

/** Which page is asked for; the first where the request does not say. */
export function pageAsked({ query }: SandboxRequest): number {
  return Number(query.get('page') ?? 1);
}

/** The normal answer with other entries. */
export function withEntries({ response }: Exchange, entries: readonly Entry[]): Effect {
  return { kind: 'answer', response: { ...response, body: JSON.stringify(entries) } };
}
