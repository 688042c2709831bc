import { existsSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../../src/version.ts';

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');
const isCode = (line: string): boolean => line.trim() !== '' && !line.trim().startsWith('#');
const codeOf = (file: string): string => read(file).split('\n').filter(isCode).join('\n');

/** Instructions of the Dockerfile, with continued lines joined. */
const instructions = codeOf('Dockerfile')
  .replaceAll(/\\\n\s*/g, ' ')
  .split('\n');
const compose = codeOf('docker-compose.yml');

/** One service of the compose file, as text. */
function service(name: string): string {
  const found = new RegExp(`^  ${name}:\\n((?:    .*\\n?)+)`, 'm').exec(compose);
  return found?.[1] ?? '';
}

const copies = instructions
  .filter((line) => line.startsWith('COPY '))
  .map((line) => line.split(/\s+/).slice(1))
  .map((words) => ({
    from: words.find((word) => word.startsWith('--from='))?.slice('--from='.length),
    sources: words.filter((word) => !word.startsWith('--')).slice(0, -1),
  }));
const copiedFromContext = copies.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources);

const ignoreRules = codeOf('.dockerignore').split('\n');

/** Docker's rule: the last line that fits a path, or a folder it is in, decides. */
function reachesContext(path: string): boolean {
  let excluded = false;
  for (const rule of ignoreRules) {
    const pattern = rule.replace(/^!/, '');
    // Docker's star takes a leading dot too, unlike that of globs.
    const fits = pattern === '*' || matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`);
    if (fits) excluded = !rule.startsWith('!');
  }
  return !excluded;
}

describe('Dockerfile', () => {
  test('copies only files that exist and that reach the build', () => {
    expect(copiedFromContext.length).toBeGreaterThan(10);
    for (const source of copiedFromContext) {
      expect(existsSync(join(projectRoot, source)), source).toBe(true);
      expect(reachesContext(source), source).toBe(true);
    }
  });

  test('copies from stages that were defined before', () => {
    const stages = new Set<string>();
    for (const line of instructions) {
      const stage = /^FROM (\S+) AS (\S+)$/.exec(line);
      const from = /--from=(\S+)/.exec(line)?.[1];
      if (from) expect(stages, line).toContain(from);
      if (stage?.[1] && !stage[1].includes(':')) expect(stages, line).toContain(stage[1]);
      if (stage?.[2]) stages.add(stage[2]);
    }
    expect(stages).toEqual(new Set(['base', 'build', 'dependencies', 'runtime']));
  });

  test('has the Node that package.json pins', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as {
      devDependencies: Record<string, string>;
    };
    expect(instructions).toContain(`ARG NODE_VERSION=${devDependencies['node']}`);
  });

  test('runs coinlog, not as root, and serves where nothing else is asked for', () => {
    const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
    expect(last.slice(last.indexOf('USER node')).some((line) => line.startsWith('RUN '))).toBe(false);
    expect(last).toContain('ENTRYPOINT ["coinlog"]');
    expect(last).toContain('CMD ["serve"]');
  });

  test('keeps the tools of the build out of the image', () => {
    const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
    const copied = last.filter((line) => line.startsWith('COPY '));
    expect(copied.find((line) => line.includes('node_modules'))).toContain('--from=dependencies');
    expect(instructions).toContain('RUN npm ci --omit=dev && npm cache clean --force');
  });
});

test.each([
  '.env',
  '.git/config',
  '.coinlog/data/PG_VERSION',
  'node_modules/a/index.js',
  'dist/main.js',
  'secret.pem',
])('what the image does not need never reaches the build: %s', (path) => {
  expect(reachesContext(path)).toBe(false);
});

describe('docker-compose.yml', () => {
  test('coinlog starts on a healthy database whose schema is up to date', () => {
    const waits = service('coinlog').split('depends_on:')[1] ?? '';
    expect(waits).toMatch(/postgres:\s+condition: service_healthy/);
    expect(waits).toMatch(/migrate:\s+condition: service_completed_successfully/);
    expect(service('migrate')).toMatch(/postgres:\s+condition: service_healthy/);
    expect(service('postgres')).toContain('pg_isready');
  });

  test('the data is in a volume, where the image of PostgreSQL 18 has it', () => {
    expect(service('postgres')).toContain('image: postgres:18');
    expect(service('postgres')).toContain('- postgres:/var/lib/postgresql\n');
    expect(compose).toMatch(/^volumes:\n {2}postgres:/m);
  });

  test('every file that is mounted exists', () => {
    const mounts = [...compose.matchAll(/- \.\/([^:]+):/g)].map((match) => match[1] ?? '');
    expect(mounts).toEqual(['deploy/postgres/login.sql']);
    for (const mount of mounts) expect(existsSync(join(projectRoot, mount)), mount).toBe(true);
  });

  test('the program has no right it does not need', () => {
    const common = compose.split('services:')[0] ?? '';
    expect(common).toContain('read_only: true');
    expect(common).toMatch(/cap_drop:\n\s+- ALL/);
    expect(common).toContain('no-new-privileges:true');
    for (const name of ['migrate', 'coinlog']) expect(service(name)).toContain('<<: *coinlog');
  });

  test('the running service does not know the password of the owner', () => {
    expect(service('coinlog')).not.toContain('POSTGRES_PASSWORD');
    expect(service('coinlog')).not.toMatch(/env_file/);
  });

  test('its port is open to this machine alone unless asked', () => {
    expect(service('coinlog')).toContain("'${COINLOG_BIND:-127.0.0.1}:${API_PORT:-8000}:8000'");
  });
});

test.each(['Dockerfile', 'docker-compose.yml', 'deploy/postgres/login.sql'])(
  'no secret is written in %s',
  (file) => {
    // What whoever runs it must give is no secret written down.
    const text = codeOf(file).replaceAll(/\$\{[A-Z_]+:\?[^}]*\}/g, '<required>');
    for (const line of text.split('\n')) {
      const value = /(?:PASSWORD|SECRET|API_KEY|TOKEN)["']?\s*[:=]\s*(\S+)/.exec(line)?.[1];
      if (value !== undefined) expect(value, line).toBe('<required>');
      expect(line).not.toMatch(/:\/\/[^/\s:]+:(?!<required>)[^@\s]+@/);
      expect(line).not.toMatch(/password '[^']/i);
    }
  },
);
