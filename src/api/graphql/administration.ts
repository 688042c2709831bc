import { GraphQLError } from 'graphql';
import type { DecidedBy } from '../../control/operator-events.ts';
import type { Sql } from '../../database/client.ts';
import type { Ingester } from '../../ingest/ingester.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Admission } from '../admin.ts';
import { reasonOf } from './reason.ts';

/** What mutations change things with. */
export interface Administration {
  /** Appends decisions, and reads what they are about. */
  sql: Sql;
  ingester: Pick<Ingester, 'ingest'>;
  rebuilder: {
    /** The id of a rebuild that has begun and goes on by itself. Throws BUSY while another one runs. */
    begin(asked: { verify: boolean; reason: string }): Promise<string>;
  };
  log: Logger;
}

/** Throws the error that a client without the key gets, in place of any answer. */
export function assertAdmitted(admission: Admission): void {
  if (admission === 'disabled')
    throw new GraphQLError('Administration over HTTP is off: set ADMIN_API_KEY to turn it on.', {
      extensions: { code: 'ADMIN_DISABLED' },
    });
  if (admission === 'refused')
    throw new GraphQLError('Mutations need the header "Authorization: Bearer <ADMIN_API_KEY>".', {
      extensions: { code: 'UNAUTHENTICATED' },
    });
}

/** Whoever has the key is the operator. */
export const byAdminKey = (reason: string): DecidedBy => ({ actor: 'admin key', reason: reasonOf(reason) });
