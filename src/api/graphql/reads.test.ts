import { describe, expect, it, vi } from 'vitest';
import type { Queryable } from '../../database/client.ts';
import { CoinlogError } from '../../errors.ts';
import type { ReadSessions } from '../../read/session.ts';
import { createReads, createSteadyReads, lookUp } from './reads.ts';

/** Sessions that say what became of them; their statements are the test's own. */
function createSessions(open?: () => Promise<never>) {
  const happened: string[] = [];
  const sessions: ReadSessions = {
    async open() {
      happened.push('open');
      await open?.();
      return {
        version: 7,
        steady: null,
        sql: (() => undefined) as unknown as Queryable,
        async close() {
          happened.push('close');
        },
      };
    },
    openSteady: () => Promise.reject(new Error('unused')),
    run: () => Promise.reject(new Error('unused')),
  };
  return { happened, sessions };
}

describe('the reads of a request', () => {
  it('open one snapshot for all of them, and none when nothing is read', async () => {
    const { happened, sessions } = createSessions();
    const idle = createReads(sessions);
    await idle.close();
    expect(happened).toEqual([]);
    const reads = createReads(sessions);
    const [one, version] = await Promise.all([reads.read(async () => 1), reads.version()]);
    await reads.close();
    expect([one, version, happened]).toEqual([1, 7, ['open', 'close']]);
  });

  it('are from a later snapshot once renewed, and the one before is closed', async () => {
    const { happened, sessions } = createSessions();
    const reads = createReads(sessions);
    await reads.version();
    await reads.renew();
    expect(happened).toEqual(['open', 'close']);
    await reads.version();
    await reads.close();
    expect(happened).toEqual(['open', 'close', 'open', 'close']);
  });

  it('end only when nothing is being read any more', async () => {
    const { happened, sessions } = createSessions();
    const reads = createReads(sessions);
    const { promise, resolve } = Promise.withResolvers<void>();
    const reading = reads.read(async () => {
      await promise;
      happened.push('read');
    });
    const closing = reads.close();
    resolve();
    await Promise.all([reading, closing]);
    expect(happened).toEqual(['open', 'read', 'close']);
  });

  it('are short or not within the same snapshot', async () => {
    const { happened, sessions } = createSessions();
    const reads = createReads(sessions);
    expect(await Promise.all([reads.read(async () => 1), reads.readShort(async () => 2)])).toEqual([1, 2]);
    await reads.close();
    expect(happened).toEqual(['open', 'close']);
  });

  it('refuse to read once they have ended', async () => {
    const reads = createReads(createSessions().sessions);
    await reads.close();
    await expect(reads.read(async () => 1)).rejects.toThrow('after the answer was complete');
  });

  it('fail for the reason that the first of them failed for: their transaction is gone', async () => {
    const { happened, sessions } = createSessions();
    const reads = createReads(sessions);
    await expect(reads.read(() => Promise.reject(new Error('first')))).rejects.toThrow('first');
    await expect(reads.read(() => Promise.reject(new Error('second')))).rejects.toThrow('first');
    await reads.close();
    expect(happened).toEqual(['open', 'close']);
  });

  it('take a character that no text can have for a mistake of whoever asked', async () => {
    const reads = createReads(createSessions().sessions);
    const refusal = Object.assign(new Error('invalid byte sequence'), { code: '22021' });
    await expect(reads.read(() => Promise.reject(refusal))).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('say that the database is away, and need no end, when none could be opened', async () => {
    const away = () => Promise.reject(new CoinlogError('DATABASE_UNREACHABLE', 'away'));
    const { happened, sessions } = createSessions(away);
    const reads = createReads(sessions);
    await expect(reads.read(async () => 1)).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    await reads.close();
    expect(happened).toEqual(['open']);
  });
});

describe('steady reads', () => {
  const seen = { epoch: 'e', version: 7 };
  const createSteadySessions = (isWhole: boolean) => {
    const { happened, sessions } = createSessions();
    const openSteady: ReadSessions['openSteady'] = async () => ({
      version: 7,
      steady: seen,
      shared: () => (() => 'shared') as unknown as Queryable,
      own: async () => {
        happened.push('reserve');
        return (() => 'own') as unknown as Queryable;
      },
      close: () => void happened.push('close steady'),
      isWhole: async () => isWhole,
    });
    return { happened, sessions: { ...sessions, openSteady } };
  };

  it('are whole as long as the version has not moved', async () => {
    for (const isWhole of [true, false]) {
      const reads = createSteadyReads(createSteadySessions(isWhole).sessions, seen);
      expect(await reads.read(async () => 1)).toBe(1);
      await reads.close();
      expect(await reads.isWhole()).toBe(isWhole);
    }
  });

  it('reserve a connection for what may take long, and none for what is short', async () => {
    const { happened, sessions } = createSteadySessions(true);
    const reads = createSteadyReads(sessions, seen);
    const nameOf = async (sql: Queryable) => (sql as unknown as () => string)();
    expect(await reads.readShort(nameOf)).toBe('shared');
    expect(happened).toEqual([]);
    expect(await reads.read(nameOf)).toBe('own');
    await reads.close();
    expect(happened).toEqual(['reserve', 'close steady']);
  });

  it('look up as many keys as two pages have by what is shared, and more by a connection of their own', async () => {
    const { happened, sessions } = createSteadySessions(true);
    const reads = createSteadyReads(sessions, seen);
    const nameOf = async (sql: Queryable) => (sql as unknown as () => string)();
    const keys = Array.from({ length: 501 }, String);
    expect(await lookUp(reads, keys.slice(1), nameOf)).toBe('shared');
    expect(await lookUp(reads, keys, nameOf)).toBe('own');
    await reads.close();
    expect(happened).toEqual(['reserve', 'close steady']);
  });

  it('give up what is short and takes long: the other end of its connection is gone', async () => {
    vi.useFakeTimers();
    const reads = createSteadyReads(createSteadySessions(true).sessions, seen);
    const told = expect(reads.readShort(() => new Promise(() => undefined))).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
    });
    await vi.advanceTimersByTimeAsync(3_000);
    await told;
    vi.useRealTimers();
    await reads.close();
  });

  it('reserve nothing once a statement has failed', async () => {
    const { happened, sessions } = createSteadySessions(true);
    const reads = createSteadyReads(sessions, seen);
    await expect(reads.readShort(() => Promise.reject(new Error('first')))).rejects.toThrow('first');
    await expect(reads.read(async () => 1)).rejects.toThrow('first');
    await reads.close();
    expect(happened).toEqual(['close steady']);
  });

  it('are not, where something had to hold', async () => {
    const reads = createSteadyReads(createSteadySessions(true).sessions, seen);
    expect(() => reads.hold()).toThrow('snapshot');
    await reads.close();
    expect(await reads.isWhole()).toBe(false);
  });

  it('are from a snapshot once something is changed, and never run again', async () => {
    const { happened, sessions } = createSteadySessions(false);
    const reads = createSteadyReads(sessions, seen);
    await reads.version();
    await reads.renew();
    await reads.read(async () => 1);
    expect(() => reads.hold()).not.toThrow();
    await reads.close();
    expect(await reads.isWhole()).toBe(true);
    expect(happened).toEqual(['close steady', 'open', 'close']);
  });
});
