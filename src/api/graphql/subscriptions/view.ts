import { readChangedCoins, readOldestVersion, type Changes } from '../../../read/graphql/changed-coins.ts';
import { readNewestRuns, type RunRow } from '../../../read/runs.ts';
import type { GraphqlContext } from '../context.ts';
import type { Followed } from './followed.ts';

/**
 * The read model at one version, for all subscribers who are told of it: what one of them asks for is there for the
 * others. Open for as long as one of them uses it.
 */
export interface View {
  version: number;
  /** Before it nothing can be told. */
  oldest: number;
  context: GraphqlContext;
  /** Of all coins that anybody follows; asked once for each `from`. */
  changedSince(from: number): Promise<Changes>;
  newestRuns(): Promise<RunRow[]>;
  /** What is the same for several is made once. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>;
}

export interface Views {
  /** Runs a task over a view of this version or a later one. */
  use<T>(version: number, task: (view: View) => Promise<T>): Promise<T>;
}

// Runs change while they are new; and a few may begin within one commit.
const runsLookedAt = 200;

export interface ViewsDeps {
  openContext: () => GraphqlContext;
  followed: Followed;
}

async function openView({ openContext, followed }: ViewsDeps): Promise<View> {
  const context = openContext();
  const { reads } = context;
  const made = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, make: () => Promise<T>): Promise<T> => {
    const known = made.get(key) as Promise<T> | undefined;
    if (known) return known;
    const promise = make();
    made.set(key, promise);
    return promise;
  };
  try {
    const oldest = await reads.read(readOldestVersion);
    return {
      version: await reads.version(),
      oldest,
      context,
      once,
      changedSince: (from) =>
        once(`coins ${from} ${followed.changes}`, () =>
          reads.read((sql) => readChangedCoins(sql, followed.ids(), from)),
        ),
      newestRuns: () => once('runs', () => reads.read((sql) => readNewestRuns(sql, runsLookedAt))),
    };
  } catch (error) {
    await reads.close();
    throw error;
  }
}

export function createViews(deps: ViewsDeps): Views {
  let current: { opening: Promise<View>; users: number } | null = null;

  async function leave(used: NonNullable<typeof current>): Promise<void> {
    used.users -= 1;
    if (used.users > 0) return;
    if (current === used) current = null;
    const view = await used.opening.catch(() => null);
    await view?.context.reads.close();
  }

  return {
    async use(version, task) {
      for (;;) {
        const used = (current ??= { opening: openView(deps), users: 0 });
        used.users += 1;
        try {
          const view = await used.opening;
          if (view.version >= version) return await task(view);
          // It was opened before the commit that this one was woken by.
          if (current === used) current = null;
        } finally {
          await leave(used);
        }
      }
    },
  };
}
