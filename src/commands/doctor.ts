import { describeConfig, type Config, type Environment } from '../config/config.ts';
import { openDatabase } from '../database/open.ts';
import { messageOf } from '../errors.ts';
import { readFoldDigest } from '../projections/fold-digest.ts';
import { readModelState } from '../projector/schema.ts';
import type { Output } from './output.ts';

interface Check {
  name: string;
  ok: boolean;
  detail: string;
}

// More than this and freshness, leases of other machines and Retry-After dates are judged wrongly.
const clockSkewMaxMs = 2_000;

/** Configuration, database, roles, clock and folds, one line each. Exit 1 when any of them is not as it should be. */
export async function doctorCommand(
  config: Config,
  environment: Environment,
  dataDir: string,
  output: Output,
): Promise<number> {
  const checks: Check[] = [];
  const set = describeConfig(environment).filter(({ value }) => value !== '(unset)');
  checks.push({
    name: 'configuration',
    ok: true,
    detail: set.map(({ name, value }) => `${name}=${value}`).join(' '),
  });
  for (const { name, enabled, settings } of config.sources)
    if (settings)
      checks.push({
        name: `source ${name}`,
        ok: true,
        detail: `${enabled ? 'enabled' : 'off'}, ${settings.plan}, ${settings.baseUrl}`,
      });
  for (const { name, enabled, schedule, settings, unavailable } of config.sources.flatMap(
    (source) => source.directories,
  ))
    checks.push({
      name: `directory ${name}`,
      ok: true,
      detail: enabled
        ? `${schedule}, ${settings.pages} requests a run`
        : `off${unavailable ? `: ${unavailable}` : ''}`,
    });
  try {
    checks.push(...(await databaseChecks(config, dataDir)));
  } catch (error) {
    checks.push({ name: 'database', ok: false, detail: messageOf(error) });
  }
  const ok = checks.every((check) => check.ok);
  output.result({ ok, checks }, () =>
    checks.map((check) => `${check.ok ? 'ok ' : 'BAD'} ${check.name}: ${check.detail}`).join('\n'),
  );
  return ok ? 0 : 1;
}

async function databaseChecks(config: Config, dataDir: string): Promise<Check[]> {
  const database = await openDatabase({
    url: config.databaseUrl,
    ownerUrl: config.databaseOwnerUrl,
    dataDir,
    log: () => undefined,
  });
  try {
    const [row] = await database.sql<{ role: string; version: string; at: Date; ownsLog: boolean }[]>`
      select current_user as role, current_setting('server_version') as version, clock_timestamp() as at,
        pg_has_role(current_user, 'coinlog_log', 'member') as owns_log`;
    const skewMs = Math.abs(Date.now() - (row?.at.getTime() ?? 0));
    const state = await readModelState(database.readSql, 'read');
    const digest = readFoldDigest();
    return [
      { name: 'database', ok: true, detail: `${database.where}, PostgreSQL ${row?.version}` },
      {
        name: 'role',
        ok: row?.role === 'coinlog_app' && !row.ownsLog,
        detail: `${row?.role}, ${row?.ownsLog ? 'which owns the log: events could be changed' : 'which cannot change an event'}`,
      },
      { name: 'clock', ok: skewMs <= clockSkewMaxMs, detail: `${skewMs} ms apart from the database's` },
      {
        name: 'read model',
        ok: true,
        detail:
          state === null
            ? 'none yet'
            : state.foldDigest === digest
              ? `version ${state.version}`
              : `version ${state.version}, made by other folds: the next start of a worker rebuilds it`,
      },
    ];
  } finally {
    await database.close();
  }
}
