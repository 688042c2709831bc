import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

interface Permissions {
  uid: number;
  gid: number;
  mode: number;
}

/** Whether the mode bits let this user pass through the folder (or run the file). Pure. */
export function mayExecute(entry: Permissions, user: { uid: number; gid: number }): boolean {
  if (entry.uid === user.uid) return (entry.mode & 0o100) !== 0;
  if (entry.gid === user.gid) return (entry.mode & 0o010) !== 0;
  return (entry.mode & 0o001) !== 0;
}

/** Whether the user can pass through every folder of this absolute path, and run its last part. It must exist. */
export async function canReach(path: string, user: { uid: number; gid: number }): Promise<boolean> {
  if (!mayExecute(await stat(path), user)) return false;
  const parent = dirname(path);
  return parent === path || canReach(parent, user);
}
