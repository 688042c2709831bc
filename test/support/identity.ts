import type { Sql } from '../../src/database/client.ts';
import { authorities, type Decision, type LinkMethod } from '../../src/identity/decision.ts';
import { identityStream, toIdentityEvent } from '../../src/identity/events.ts';
import { append } from '../../src/log/append.ts';
import { deriveId } from '../../src/log/event-id.ts';

let decided = 0;

/** Appends decisions on identity, as the resolver and operators do. */
export async function decide(sql: Sql, ...decisions: Decision[]): Promise<void> {
  await append(
    sql,
    identityStream,
    decisions.map((decision) => ({
      id: deriveId('test decision', String((decided += 1))),
      schemaVersion: 1,
      runId: null,
      receivedAt: new Date(),
      payload: new Uint8Array(),
      ...toIdentityEvent(decision),
    })),
  );
}

export const link = (
  key: `${string}:${string}`,
  coinId: string,
  method: LinkMethod = 'SYMBOL_AND_NAME',
): Decision => ({
  kind: 'link',
  source: key.slice(0, key.indexOf(':')),
  sourceCoinId: key.slice(key.indexOf(':') + 1),
  coinId,
  method,
  authority: authorities[method],
  confidence: 0.9,
  evidence: { symbol: true },
});

export const merge = (coinId: string, into: string): Decision => ({
  kind: 'merge',
  coinId,
  into,
  method: 'CONTRACT',
  authority: authorities.CONTRACT,
  confidence: 1,
  evidence: {},
});

export const veto = (key: `${string}:${string}`, coinId: string): Decision => ({
  kind: 'veto',
  source: key.slice(0, key.indexOf(':')),
  sourceCoinId: key.slice(key.indexOf(':') + 1),
  coinId,
  evidence: { reason: 'test' },
});

export const split = (coinId: string, from: string): Decision => ({
  kind: 'split',
  coinId,
  from,
  evidence: {},
});
