// dist/ from src/, and the bundled pages from web/.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';

const run = (file, ...args) => execFileSync(file, args, { stdio: 'inherit' });

rmSync('dist', { recursive: true, force: true });
run('node_modules/.bin/tsc', '-p', 'tsconfig.build.json');
if (existsSync('scripts/build-web.mjs')) run(process.execPath, 'scripts/build-web.mjs');
if (existsSync('scripts/build-docs.mjs')) run(process.execPath, 'scripts/build-docs.mjs');
