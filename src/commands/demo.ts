import { randomBytes } from 'node:crypto';
import { writeFile, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { allFeeds, loadConfig, type Config, type Environment } from '../config/config.ts';
import { CoinlogError } from '../errors.ts';
import { sandboxCsv } from '../sandbox/csv.ts';
import { createMarket } from '../sandbox/market.ts';
import { createSandboxServer } from '../sandbox/server.ts';
import { sources } from '../sources/registry.ts';
import { openApp } from './app.ts';
import { demoDataDir, demoFilesDir, liveDataDir } from './data-dir.ts';
import { ingestTasks, ingestText, runIngest } from './ingest.ts';
import { createProgress } from './progress.ts';
import { startService } from './serve.ts';
import { closeWithin, untilStopped } from './stop.ts';

// The same market at every start: it goes on where it was.
const marketSeed = 20_26;
const marketCoins = 2_000;

/** Upstreams and keys of the demo, whatever the environment says: nothing of it may reach a real service. */
function demoEnvironment(environment: Environment, sandboxUrl: string, csvPath: string): Environment {
  const own: Record<string, string> = {
    CSV_PATH: csvPath,
    COINGECKO_PAGES: environment['COINGECKO_PAGES'] ?? '8',
  };
  for (const { name, sandbox, variables } of sources) {
    const prefix = name.toUpperCase();
    if (sandbox) own[`${prefix}_BASE_URL`] = `${sandboxUrl}/${name}${sandbox.basePath}`;
    for (const variable of Object.keys(variables)) if (variable.includes('API_KEY')) own[variable] = '';
  }
  return {
    LOG_LEVEL: 'warn',
    ADMIN_API_KEY: randomBytes(18).toString('base64url'),
    INGEST_SCHEDULE_COINGECKO: '*/2 * * * *',
    ...environment,
    ...own,
  };
}

/** Without live data the commands look at the demo's by themselves; beside live data they have to be told. */
const command = (): string =>
  existsSync(liveDataDir)
    ? `EMBEDDED_DATA_DIR=${relative(process.cwd(), demoDataDir)} npx coinlog`
    : 'npx coinlog';

const banner = (url: string, adminKey: string | null): string => `
coinlog is running, on a simulated market.

  GraphiQL   ${url}/graphql
  REST       ${url}/data?limit=2   ${url}/stats
  Health     ${url}/health   ${url}/metrics
  Admin key  ${adminKey ?? '-'}   (for mutations: the header "Authorization: Bearer …")

Four things to try
  1. Open ${url}/graphql in a browser and run the first query.
  2. In another terminal: ${command()} events show coingecko.markets 2 --payload | head -c 300
     The exact bytes that CoinGecko's stand-in sent; "verify" proves that nothing was changed since.
  3. ${command()} rebuild --verify
     Folds the whole log afresh and compares it with what is served, row by row.
  4. ${command()} source pause coingecko --reason "a look around", then status, then resume.

Ctrl-C stops all of it. The data stays in .coinlog/demo; "make reset" deletes it.
`;

/** The whole of coinlog on simulated data: sandbox, one run of every source, then the service until Ctrl-C. */
export async function demoCommand(environment: Environment, stop: AbortSignal): Promise<number> {
  if (environment['DATABASE_URL'])
    throw new CoinlogError(
      'DEMO_REFUSED',
      'DATABASE_URL is set, and simulated data never goes into a real database: unset it for the demo.',
    );
  const now = () => new Date();
  const market = createMarket({
    seed: marketSeed,
    coins: marketCoins,
    speed: 1,
    startedAt: new Date(0),
    clock: now,
  });
  const sandbox = createSandboxServer({ sources, market, clock: now });
  const { url: sandboxUrl } = await sandbox.listen(0);
  try {
    const csvPath = join(demoFilesDir, 'market.csv');
    await mkdir(demoFilesDir, { recursive: true });
    await writeFile(csvPath, sandboxCsv(market, now()));
    const config = loadConfig(demoEnvironment(environment, sandboxUrl, csvPath));
    return await runDemo(config, stop);
  } finally {
    await sandbox.close();
  }
}

/** Directories too: who the coins are comes with the first run, so that they are one from the beginning. */
const enabledFeeds = (config: Config): string[] =>
  allFeeds(config)
    .filter(({ enabled }) => enabled)
    .map(({ name }) => name);

async function runDemo(config: Config, stop: AbortSignal): Promise<number> {
  process.stderr.write('Starting the embedded PostgreSQL and the simulated upstreams …\n');
  const app = await openApp({ config, dataDir: demoDataDir, kind: 'sandbox' });
  stop.addEventListener('abort', () => app.stop());
  const close = () => closeWithin(config.shutdownTimeoutMs, () => app.close());
  try {
    const service = await startService(app, 'all');
    try {
      const progress = createProgress(false);
      const tasks = await ingestTasks(config, enabledFeeds(config), []);
      const runs = await runIngest(app, tasks, 'demo', progress).finally(() => progress.stop());
      process.stderr.write(`${ingestText(runs)}\n`);
      if (!stop.aborted) {
        process.stdout.write(banner(service.url, config.adminApiKey));
        service.startScheduler();
      }
      await untilStopped(stop);
      process.stderr.write('Stopping …\n');
    } finally {
      await service.close();
    }
  } finally {
    await close();
  }
  return 0;
}
