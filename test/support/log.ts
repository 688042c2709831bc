import { append } from '../../src/log/append.ts';
import { deriveId } from '../../src/log/event-id.ts';
import type { NewEvent } from '../../src/log/event.ts';
import type { TestDatabase } from './database.ts';

/** An event of no source in particular. */
export const plainEvent = (name: string, payload: Uint8Array = Buffer.from(name)): NewEvent => ({
  id: deriveId('test', name),
  type: 'page.fetched',
  schemaVersion: 1,
  runId: 'run_1',
  receivedAt: new Date('2026-11-23T14:03:00.123Z'),
  metadata: { request: { url: 'https://example.test/a?b="c"', page: 1 }, note: 'é "quoted" \\ 老板' },
  payload,
});

/** Appends events named e1, e2, … with payloads of some length. */
export async function appendPlain({ sql }: TestDatabase, stream: string, count: number): Promise<void> {
  const name = (n: number) => `${stream} e${n}`;
  await append(
    sql,
    stream,
    Array.from({ length: count }, (_, n) => plainEvent(name(n), Buffer.from(`${name(n)} `.repeat(20)))),
  );
}

/** Does to the database what only its owner can: past triggers, in one transaction. */
export async function tamper({ owner }: TestDatabase, statements: string): Promise<void> {
  await owner.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(statements);
  });
}
