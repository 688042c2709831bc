// emmett.mjs is plain JavaScript, typed here: its packages are bench's own, and a check of the types does without them.
import type { ConnectionOptions } from '../src/database/embedded/server.ts';

/** Emmett's event store on a database of its own. */
export interface EmmettPeer {
  /** One event, whose data are a page's parsed coins, in a transaction of Emmett's own. */
  append(coins: unknown): Promise<void>;
  /** Data of the events from one version to another, both included. */
  read(from: number, to: number): Promise<unknown[]>;
  close(): Promise<void>;
}

/** Opens the store in a database that is there, and makes its tables. */
export function openEmmett(target: ConnectionOptions): Promise<EmmettPeer>;
