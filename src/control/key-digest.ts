import { createHmac } from 'node:crypto';
import type { Queryable } from '../database/client.ts';
import { canonicalJson } from '../log/canonical-json.ts';
import type { Metadata } from '../log/event.ts';
import type { PollSettings } from '../sources/source.ts';

/** What stands for a source's key, and for its whole configuration, wherever they are kept. Neither tells the key. */
export interface SettingsDigests {
  /** Of what is sent to be let in; the same for all who ask without a key. */
  key: string;
  /** Of all that decides whether an upstream lets us in: address, key, plan. */
  config: string;
}

/** Digests under a key that is this database's own, so that a guessed key cannot be tried against them elsewhere. */
export async function digestSettings(sql: Queryable, settings: PollSettings): Promise<SettingsDigests> {
  const [row] = await sql<{ key: Uint8Array }[]>`select key from control.digest_key`;
  if (!row) throw new Error('control.digest_key is empty: the migrations make its one row');
  const digest = (what: Metadata): string =>
    createHmac('sha256', row.key).update(canonicalJson(what)).digest('hex').slice(0, 16);
  const { headers, baseUrl, plan } = settings;
  return { key: digest({ headers }), config: digest({ headers, baseUrl, plan }) };
}
