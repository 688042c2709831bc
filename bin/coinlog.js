#!/usr/bin/env node
// Plain JavaScript: it must run on whatever Node is at hand, to find the one that is pinned.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// graphql-js checks itself at every step unless it is told that this is no development: half of the time of an answer.
process.env.NODE_ENV ??= 'production';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'dist', 'main.js');
const pinned = join(root, 'node_modules', 'node', 'bin', 'node');
const wanted = 24;
const major = Number(process.versions.node.split('.')[0]);

function runPinned() {
  const env = { ...process.env, COINLOG_REEXEC: '1' };
  const child = spawn(pinned, [main, ...process.argv.slice(2)], { stdio: 'inherit', env });
  // A terminal sends Ctrl-C to both; the child decides what it means. Whoever kills us means the child.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}

if (!existsSync(main)) {
  process.stderr.write('coinlog is not built yet: run "npm ci && npm run build" in its folder.\n');
  process.exitCode = 2;
} else if (major >= wanted) {
  await import(pathToFileURL(main).href);
} else if (existsSync(pinned) && !process.env.COINLOG_REEXEC) {
  runPinned();
} else {
  process.stderr.write(
    `coinlog needs Node ${wanted}; this is ${process.version}: run "npm ci" in its folder, which brings it.\n`,
  );
  process.exitCode = 2;
}
