import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { EmbeddedServerError } from './errors.ts';

/** Who the server runs as. */
export interface OsUser {
  uid: number;
  gid: number;
  /** Null when the system has no name for it. */
  name: string | null;
  /** Whether programs must be started with this uid and gid, because we are root and PostgreSQL refuses root. */
  switched: boolean;
}

/** The users of a file in the format of `/etc/passwd`. */
export function parsePasswd(text: string): { name: string; uid: number; gid: number }[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * Chooses who runs the server. An ordinary user runs it itself; root gives it to the owner of the data that is
 * there already (`owner`, null without data), else to `postgres`, else to `nobody`.
 */
export async function chooseOsUser(owner: { uid: number; gid: number } | null): Promise<OsUser> {
  if (process.getuid?.() !== 0) return ourselves();
  const known = parsePasswd(await readFile('/etc/passwd', 'utf8'));
  if (owner && owner.uid !== 0) {
    const name = known.find((user) => user.uid === owner.uid)?.name ?? null;
    return { ...owner, name, switched: true };
  }
  const user = known.find(({ name }) => name === 'postgres') ?? known.find(({ name }) => name === 'nobody');
  if (user) return { ...user, switched: true };
  throw new EmbeddedServerError(
    'PostgreSQL does not run as root, and /etc/passwd has neither `postgres` nor `nobody`: ' +
      'run coinlog as an ordinary user, or set DATABASE_URL',
  );
}

function ourselves(): OsUser {
  try {
    const { uid, gid, username } = userInfo();
    return { uid, gid, name: username, switched: false };
  } catch {
    // Neither initdb nor peer authentication works for a uid without a name, as under `docker run --user 1234`.
    throw new EmbeddedServerError(
      `the user id ${process.getuid?.()} has no name on this system, which PostgreSQL needs: ` +
        'run coinlog as a user of the system, or set DATABASE_URL',
    );
  }
}
