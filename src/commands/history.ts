import { expireHistory, historyFrom, readExpiries } from '../control/history-decisions.ts';
import { CoinlogError } from '../errors.ts';
import type { App } from './app.ts';
import { byCommand, projectDecisions } from './decide.ts';
import { table, type Output } from './output.ts';

/** From when on observations are kept, and who decided so. */
export async function historyList(app: App, output: Output): Promise<number> {
  const expiries = await readExpiries(app.database.readSql);
  const from = historyFrom(expiries);
  output.result({ historyFrom: from, expiries }, () =>
    from === null
      ? 'Everything that was ever observed is kept.'
      : [
          `Observations are kept from ${from.toISOString()} on, and the newest of each coin from before.`,
          '',
          table(
            ['before', 'decided at'],
            expiries.map(({ before, decidedAt }) => [before, decidedAt]),
          ),
        ].join('\n'),
  );
  return 0;
}

/** Lets older observations go from the history, in the live read model and in every rebuild. The raw log stays. */
export async function historyExpire(app: App, output: Output, before: Date, reason: string): Promise<number> {
  if (before > app.now())
    throw new CoinlogError('USAGE', `--before is ${before.toISOString()}, which is still to come.`);
  const from = historyFrom(await readExpiries(app.database.sql));
  if (from !== null && from >= before)
    throw new CoinlogError('USAGE', `The history begins at ${from.toISOString()} already.`);
  await expireHistory(app.database.sql, before, byCommand(reason), app.now());
  await projectDecisions(app);
  return historyList(app, output);
}
