import { readPauses } from '../control/source-decisions.ts';
import type { Queryable, Sql } from '../database/client.ts';
import { createDuty } from '../duty/duty.ts';
import { CoinlogError } from '../errors.ts';
import { monitorStream } from '../projections/anomalies/events.ts';
import { readMark } from '../read/read-mark.ts';
import type { ReadSessions } from '../read/session.ts';
import { readSourceStates } from '../read/sources.ts';
import { readSpreads } from '../read/spreads.ts';
import type { Logger } from '../telemetry/logger.ts';
import { judgeSilence, judgeSpreads, spreadFloor, type Judgement, type OpenAnomaly } from './judge.ts';
import { appendFindings } from './monitor-log.ts';

export interface MonitorDeps {
  sql: Sql;
  sessions: ReadSessions;
  /** Those that are to be polled. */
  sources: readonly { name: string; staleAfterMs: number }[];
  spreadLimitPercent: number;
  log: Logger;
  now: () => Date;
}

/** What one look came to. */
export type Look =
  | { kind: 'looked'; raised: number; resolved: number }
  /** What was found last is not folded yet, or there is no read model. */
  | { kind: 'behind' }
  /** Another one was faster. */
  | { kind: 'overtaken' };

export interface Monitor {
  /** Looks again and again until closed; one process of a database does. */
  follow(): void;
  /** Looks now; null while another process is the monitor. */
  lookNow(): Promise<Look | null>;
  close(): Promise<void>;
}

const pollMs = 10_000;
const restMs = 1_000;
// What a machine that was off for a day missed is made up for by its first runs.
const graceMs = 120_000;

interface Facts extends Judgement {
  head: number;
}

export function createMonitor(deps: MonitorDeps): Monitor {
  const { sql, sessions, sources, spreadLimitPercent, log, now } = deps;
  let tookOverAt = now();

  async function judgeSources(reader: Queryable, open: readonly OpenAnomaly[]): Promise<Judgement> {
    const [states, pauses] = [await readSourceStates(reader), await readPauses(reader)];
    const at = now();
    const silences = sources.map(({ name, staleAfterMs }) => ({
      source: name,
      since: states.get(name)?.lastSuccessAt ?? tookOverAt,
      staleAfterMs,
      isPaused: pauses.has(name),
    }));
    const judged = judgeSilence(silences, open, at);
    return at.getTime() - tookOverAt.getTime() < graceMs ? { ...judged, raise: [] } : judged;
  }

  /** Null while the read model does not show yet what was found before: it would be found again. */
  async function judge(reader: Queryable): Promise<Facts | null> {
    const { checkpoints } = await readMark(reader);
    const [stream] = await reader<{ head: number }[]>`
      select head from log.stream where stream = ${monitorStream}`;
    const head = stream?.head ?? 0;
    if ((checkpoints.get(monitorStream) ?? 0) < head) return null;
    const open = await reader<OpenAnomaly[]>`
      select anomaly_id, kind, source, coin_id from read.anomaly where resolved_at is null order by anomaly_id`;
    const coinIds = open.flatMap(({ coinId }) => coinId ?? []);
    const coins = await readSpreads(reader, spreadFloor(spreadLimitPercent), coinIds);
    const spreads = judgeSpreads(coins, open, spreadLimitPercent);
    const silences = await judgeSources(reader, open);
    return {
      head,
      raise: [...silences.raise, ...spreads.raise],
      resolve: [...silences.resolve, ...spreads.resolve],
    };
  }

  async function look(stillOurs: () => Promise<boolean>): Promise<Look> {
    const facts = await sessions
      .run(({ sql: reader }) => judge(reader))
      .catch((error: unknown) => {
        if (error instanceof CoinlogError && error.code === 'READ_MODEL_MISSING') return null;
        throw error;
      });
    if (facts === null) return { kind: 'behind' };
    if (!(await stillOurs()) || !(await appendFindings(sql, facts, facts.head, now())))
      return { kind: 'overtaken' };
    for (const { kind, severity, message } of facts.raise)
      log.warn({ kind, severity, anomaly: message }, 'something looks wrong');
    return { kind: 'looked', raised: facts.raise.length, resolved: facts.resolve.length };
  }

  const duty = createDuty(deps, {
    name: 'monitor',
    pollMs,
    restMs,
    step: async (stillOurs) => void (await look(stillOurs)),
    onTakeOver() {
      tookOverAt = now();
    },
  });
  return {
    follow: () => duty.follow(),
    lookNow: () => duty.now(look),
    close: () => duty.close(),
  };
}
