import type { DecidedBy } from '../control/operator-events.ts';
import { readHeads } from '../log/read.ts';
import type { App } from './app.ts';

/** Whoever can run a command on this database is the operator. */
export const byCommand = (reason: string): DecidedBy => ({ actor: 'command line', reason });

/** Waits until what was decided is in the read model; this process folds it when no other one does. */
export async function projectDecisions(app: App): Promise<void> {
  await app.projector.catchUpTo(await readHeads(app.database.sql));
}

/** The same, and links what new data tells: by this process, or by the one that does so all the time. */
export async function projectAndResolve(app: App): Promise<void> {
  await projectDecisions(app);
  await app.resolver.decideNow();
  await projectDecisions(app);
}
