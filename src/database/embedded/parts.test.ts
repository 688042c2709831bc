import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain } from './holder.ts';
import { parsePasswd } from './os-user.ts';
import { mayExecute } from './reach.ts';
import { socketFolder, socketPath } from './socket.ts';

test('every user of a passwd file is read back as written', () => {
  const name = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,20}$/);
  const user = fc.record({ name, uid: fc.nat(), gid: fc.nat() });
  fc.assert(
    fc.property(fc.array(user), (users) => {
      const lines = users.map(
        ({ name, uid, gid }) => `${name}:x:${uid}:${gid}:A name,,,:/home/${name}:/bin/sh\n`,
      );
      expect(parsePasswd(lines.join(''))).toEqual(users);
    }),
  );
});

test('no text makes the reader of passwd files fail', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parsePasswd(text);
    }),
  );
});

test.each([
  [0o700, 1, 1, true],
  [0o700, 2, 1, false],
  [0o750, 2, 1, true],
  [0o750, 2, 2, false],
  [0o755, 2, 2, true],
  // The owner's own bits decide for the owner, whatever the others may.
  [0o077, 1, 1, false],
  [0o707, 2, 1, false],
])('mode %o of 1:1 lets %i:%i pass: %s', (mode, uid, gid, passes) => {
  expect(mayExecute({ uid: 1, gid: 1, mode: 0o040_000 | mode }, { uid, gid })).toBe(passes);
});

test('the path of the socket fits for every data directory, and differs between them', () => {
  const folders = fc.uniqueArray(
    fc.array(fc.stringMatching(/^[a-zä ]{1,40}$/), { minLength: 1 }).map((parts) => `/${parts.join('/')}`),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(folders, (dataDirs) => {
      const paths = dataDirs.map((dataDir) => socketPath(socketFolder(dataDir)));
      for (const path of paths) expect(Buffer.byteLength(path)).toBeLessThan(107);
      expect(new Set(paths).size).toBe(dataDirs.length);
    }),
  );
});

describe('an error of the connection tells what the server is up to', () => {
  const failing = (code: string, message = '') => explain(Object.assign(new Error(message), { code }));
  test.each(['ENOENT', 'ECONNREFUSED'])('%s: nothing listens', (code) => {
    expect(failing(code).kind).toBe('absent');
  });
  test('a server that starts up or recovers is given more time, one that shuts down is not', () => {
    expect(failing('57P03', 'the database system is starting up')).toMatchObject({ recovering: true });
    expect(failing('57P03', 'the database system is in recovery mode')).toMatchObject({ recovering: true });
    expect(failing('57P03', 'the database system is shutting down')).toMatchObject({ recovering: false });
  });
  test('what waiting does not cure ends the start', () => {
    expect(failing('28000', 'Peer authentication failed').kind).toBe('refused');
    expect(explain('odd').kind).toBe('refused');
  });
});
