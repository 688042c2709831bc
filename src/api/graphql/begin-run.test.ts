import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { IngestOptions, IngestOutcome } from '../../ingest/outcome.ts';
import { sources } from '../../sources/registry.ts';
import { beginRun } from './begin-run.ts';

const [source] = sources.map((source) => ({
  source,
  enabled: true,
  settings: null,
  schedule: source.schedule,
  staleAfterMs: source.staleAfterMs,
  driftMode: 'evolve' as const,
  name: source.name,
  feed: source.feed,
  directories: [],
}));

/** Begins a run with an ingester that does just this. */
async function begin(ingest: (options: IngestOptions) => Promise<IngestOutcome>) {
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
  const ingester = { ingest: (_source: unknown, options: IngestOptions) => ingest(options) };
  if (!source) throw new Error('there are sources');
  return { beginning: await beginRun({ ingester, log }, source, 'test'), lines };
}

describe('the beginning of a run', () => {
  it('is known before its end, whatever that is', async () => {
    const end = Promise.withResolvers<IngestOutcome>();
    const { beginning, lines } = await begin(({ onStart }) => {
      onStart?.('r1');
      return end.promise;
    });
    expect(beginning).toMatchObject({ kind: 'begun', runId: 'r1' });
    end.reject(new Error('the connection broke'));
    await expect.poll(() => lines.join()).toContain('the connection broke');
  });

  it('is known by an end that comes without one: the same bytes had been read before', async () => {
    const { beginning } = await begin(async () => ({ kind: 'unchanged', runId: 'r1' }));
    expect(beginning).toMatchObject({ kind: 'begun', runId: 'r1' });
  });

  it('is told as none when no run was begun', async () => {
    const { beginning } = await begin(async () => ({ kind: 'busy', message: 'elsewhere' }));
    expect(beginning).toMatchObject({ kind: 'not_started', reason: 'elsewhere' });
  });

  it('that fails is logged, and told without any detail', async () => {
    const { beginning, lines } = await begin(() => Promise.reject(new Error('password hunter2')));
    expect(beginning).toMatchObject({ kind: 'not_started', reason: expect.stringContaining('the log') });
    expect(JSON.stringify(beginning)).not.toContain('hunter2');
    expect(lines.join()).toContain('hunter2');
  });
});
