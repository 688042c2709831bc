import type { Queryable } from './client.ts';

/** Who may do a thing that only one process does at a time; on the database's clock. */
export interface LeaseRequest {
  name: string;
  /** Unique per process and purpose. */
  holder: string;
  ttlMs: number;
}

const milliseconds = (sql: Queryable, ms: number) => sql`${ms} * interval '1 millisecond'`;

/** Takes a lease that is free, expired, or ours already; false when another one holds it. */
export async function acquireLease(sql: Queryable, { name, holder, ttlMs }: LeaseRequest): Promise<boolean> {
  const rows = await sql`
    insert into control.lease (name, holder, acquired_at, expires_at)
    values (${name}, ${holder}, now(), now() + ${milliseconds(sql, ttlMs)})
    on conflict (name) do update set
      holder = excluded.holder, expires_at = excluded.expires_at,
      acquired_at = case when lease.holder = excluded.holder then lease.acquired_at else now() end
    where lease.holder = excluded.holder or lease.expires_at < now()
    returning 1`;
  return rows.length > 0;
}

/**
 * Inside a transaction: renews a lease and locks its row until the commit, so that nobody takes over in between.
 * False when it is no longer ours: the transaction must not write.
 */
export async function lockLease(tx: Queryable, { name, holder, ttlMs }: LeaseRequest): Promise<boolean> {
  const rows = await tx`
    update control.lease set expires_at = clock_timestamp() + ${milliseconds(tx, ttlMs)}
    where name = ${name} and holder = ${holder} returning 1`;
  return rows.length > 0;
}

/** Inside a transaction: holds the row, whosever it is, so that its holder waits with writing. */
export async function blockLease(tx: Queryable, name: string): Promise<void> {
  await tx`
    insert into control.lease (name, holder, acquired_at, expires_at) values (${name}, '', now(), now())
    on conflict (name) do update set name = excluded.name`;
}

export async function releaseLease(sql: Queryable, name: string, holder: string): Promise<void> {
  await sql`delete from control.lease where name = ${name} and holder = ${holder}`;
}
