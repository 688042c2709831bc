import { randomUUID } from 'node:crypto';
import type { SourceConfig } from '../../../config/config.ts';
import type { ReadSessions } from '../../../read/session.ts';
import type { VersionWatch } from '../../../read/version-watch.ts';
import type { Asked, GraphqlContext } from '../context.ts';
import { createReads, type Reads } from '../reads.ts';
import { createFollowed } from './followed.ts';
import type { Hub } from './subscription.ts';
import { createViews } from './view.ts';

export interface HubDeps {
  watch: VersionWatch;
  sessions: ReadSessions;
  sources: readonly SourceConfig[];
  contextOf: (asked: Asked, reads: Reads) => GraphqlContext;
}

/** What messages are made for is nobody's own request. */
const nobody = (): Asked => ({ requestId: randomUUID(), authorization: undefined, rate: null });

export function createHub({ watch, sessions, sources, contextOf }: HubDeps): Hub {
  const followed = createFollowed();
  const openContext = () => contextOf(nobody(), createReads(sessions));
  return {
    watch,
    followed,
    views: createViews({ openContext, followed }),
    sources: sources.map(({ source }) => source.name),
  };
}
