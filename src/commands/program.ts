import { Command, CommanderError, Option } from 'commander';
import { loadConfig, type Environment } from '../config/config.ts';
import { migrateDatabase } from '../database/open.ts';
import { createLogger } from '../telemetry/logger.ts';
import { version } from '../version.ts';
import { openApp, type App } from './app.ts';
import { projectCommand, rebuildCommand, verifyCommand, type VerifyCommandOptions } from './checks.ts';
import { chooseDataDir } from './data-dir.ts';
import { doctorCommand } from './doctor.ts';
import { eventsList, eventsShow } from './events.ts';
import { explainCommand, explainFields, type ExplainOptions } from './explain.ts';
import { positiveNumber, timeArgument, wholeNumber } from './arguments.ts';
import {
  addAnomalyCommands,
  addDeadLetterCommands,
  addDriftCommands,
  addHistoryCommands,
  addMappingCommands,
  addRejectedCommands,
  addSourceOrders,
} from './control-program.ts';
import { addIdentityCommands } from './identity-program.ts';
import { addLogCommands } from './log-program.ts';
import { dryRunCommand } from './dry-run.ts';
import { addFileOptions, fileOptionsOf, type FileFlags } from './file-options.ts';
import { filesOf, ingestCommand, ingestTasks, withSpooledInput } from './ingest.ts';
import { psqlCommand } from './psql.ts';
import { resetDemoCommand } from './reset.ts';
import { runsList, runsShow, sourceList, statusCommand } from './look.ts';
import { createOutput, type Output } from './output.ts';
import { roles, type Role } from './roles.ts';
import type { SandboxOptions } from './sandbox.ts';
import { closeWithin, stopSignal, untilStopped } from './stop.ts';

type IngestFlags = FileFlags & { file: string[]; dryRun: boolean; reason: string };

const collect = (value: string, previous: string[]): string[] => [...previous, value];

/** The command line. `run` returns the exit code: 0 done, 1 failed, 2 wrong usage or configuration, 3 put off. */
export function createProgram(environment: Environment): { run(argv: string[]): Promise<number> } {
  let exitCode = 0;
  const program = new Command('coinlog')
    .description(
      'Self-hosted crypto market data: everything received is kept, every number can be explained.',
    )
    .version(version)
    .option('--json', 'print exactly one JSON document')
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)');
  const output = (): Output => createOutput(program.opts<{ json?: boolean }>().json === true);

  /** Opens what a command needs, runs it, closes it; Ctrl-C ends its work at the next safe point. */
  async function withApp(
    looksOnly: boolean,
    run: (app: App, stop: AbortSignal) => Promise<number>,
  ): Promise<void> {
    const config = loadConfig({ LOG_LEVEL: 'warn', ...environment });
    const { dataDir, isDemo } = chooseDataDir(config.embeddedDataDir, looksOnly);
    if (isDemo && config.databaseUrl === null)
      output().note("(no live data yet: this is the demo's, .coinlog/demo)");
    const stop = stopSignal();
    const app = await openApp({ config, dataDir, kind: null });
    if (stop.aborted) app.stop();
    stop.addEventListener('abort', () => app.stop());
    try {
      exitCode = await run(app, stop);
    } finally {
      await closeWithin(config.shutdownTimeoutMs, () => app.close());
    }
  }

  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .exitOverride()
      .option('--json', 'print exactly one JSON document');
  // `--json` is understood before and after the command's name.
  program.hook('preAction', (_program, action) => {
    if (action.opts<{ json?: boolean }>().json) program.setOptionValue('json', true);
  });

  command('serve', 'the API, the projector and the scheduler')
    .addOption(new Option('--role <role>', 'what this process does').choices(roles).default('all'))
    .action(async ({ role }: { role: Role }) => {
      const config = loadConfig(environment);
      const stop = stopSignal();
      const { dataDir } = chooseDataDir(config.embeddedDataDir, false);
      // Loaded here: GraphQL and Fastify take half a second that no other command should wait for.
      const { startService } = await import('./serve.ts');
      const app = await openApp({ config, dataDir, kind: null });
      try {
        const service = await startService(app, role);
        app.log.info({ url: service.url, role }, 'serving');
        service.startScheduler();
        await untilStopped(stop);
        app.log.info('stopping');
        await closeWithin(config.shutdownTimeoutMs, () => service.close());
      } finally {
        await closeWithin(config.shutdownTimeoutMs, () => app.close());
      }
    });

  command('demo', 'all of it on a simulated market; what "make demo" runs')
    .option('--reset', "delete the demo's data instead", false)
    .option('--yes', 'do not ask', false)
    .action(async ({ reset, yes }: { reset: boolean; yes: boolean }) => {
      if (reset) exitCode = await resetDemoCommand(yes);
      else exitCode = await (await import('./demo.ts')).demoCommand(environment, stopSignal());
    });

  command('migrate', 'brings the database schema up to date').action(async () => {
    const config = loadConfig(environment);
    const { dataDir } = chooseDataDir(config.embeddedDataDir, false);
    const result = await migrateDatabase({
      url: config.databaseUrl,
      ownerUrl: config.databaseOwnerUrl,
      dataDir,
      log: () => undefined,
    });
    output().result(result, () => `${result.applied} migrations applied; the schema is up to date.`);
  });

  command('status', 'one screen: database, log, read model, sources, last runs').action(() =>
    withApp(true, (app) => statusCommand(app, output())),
  );

  addFileOptions(
    command('ingest', 'one run of each named source (default: the markets of all enabled ones)')
      .argument('[source...]', 'names of sources, or of directories as coingecko.list')
      .option(
        '--file <path>',
        'a CSV file (also .gz), a folder, a pattern, or - for standard input; may be given more than once',
        collect,
        [],
      )
      .option('--dry-run', 'show how files would be read, and store nothing', false)
      .option('--reason <text>', 'why, for the record', 'command'),
  ).action((names: string[], flags: IngestFlags) =>
    withSpooledInput(flags.file, async (paths) => {
      // What to ingest is settled before anything is started: a mistyped name leaves nothing behind.
      const tasks = await ingestTasks(loadConfig(environment), names, paths);
      const options = fileOptionsOf(flags);
      if (flags.dryRun) await withApp(true, (app) => dryRunCommand(app, output(), filesOf(tasks), options));
      else await withApp(false, (app) => ingestCommand(app, output(), tasks, flags.reason, options));
    }),
  );

  command('project', 'catches the read model up with the log').action(() =>
    withApp(true, (app) => projectCommand(app, output())),
  );

  command('rebuild', 'rebuilds the read model beside the live one and swaps')
    .option('--verify', 'compare only: exit 1 when a fresh fold differs from what is served', false)
    .addOption(
      new Option(
        '--until <time>',
        'fold what had been recorded by then into a schema of its own, and swap nothing',
      )
        .argParser(timeArgument)
        .conflicts('verify'),
    )
    .action((options: { verify: boolean; until?: Date }) =>
      withApp(true, (app) => rebuildCommand(app, output(), options)),
    );

  command('verify', 'checks digests, chain and density of the whole log')
    .option('--stream <stream>', 'only this stream')
    .option(
      '--since-checkpoint',
      'start where the last good verification ended, and say what that skips',
      false,
    )
    .addOption(new Option('--export <file>', 'write the heads, to be kept elsewhere').conflicts('against'))
    .option('--against <file>', 'compare with exported heads: finds a tail cut off, or a chain made anew')
    .action((options: VerifyCommandOptions) => withApp(true, (app) => verifyCommand(app, output(), options)));

  command('explain', 'a value with its quotes, records, events, requests and runs, on one screen')
    .argument('<coin>', 'as bitcoin or coingecko:bitcoin')
    .addOption(new Option('--field <name>', 'which value').choices(explainFields).default('priceUsd'))
    .option('--at <time>', 'as the market stood then', timeArgument)
    .option('--known-at <time>', 'as coinlog showed it then, errors included', timeArgument)
    .action((coin: string, options: ExplainOptions) =>
      withApp(true, (app) => explainCommand(app, output(), coin, options)),
    );

  addLogCommands(command('log', 'moves the log: archive, export, import, redact'), (run) =>
    withApp(true, (app) => run(app, output())),
  );

  const events = command('events', 'looks at the log');
  events
    .command('list')
    .description('events without payloads: of one stream in order, or the newest of all')
    .option('--stream <stream>', 'only this stream')
    .option('--from <version>', 'from this version of the stream', wholeNumber)
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .option('--follow', 'go on with what is appended, until Ctrl-C', false)
    .option('--json', 'print exactly one JSON document; one per event with --follow')
    .action((options: { stream?: string; from?: number; limit: number; follow: boolean }) =>
      withApp(true, (app, stop) => eventsList(app, output(), options, stop)),
    );
  events
    .command('show')
    .description('one event')
    .argument('<stream>')
    .argument('<version>', 'from 1', wholeNumber)
    .option('--payload', 'write the exact bytes received and nothing else', false)
    .option('--json', 'print exactly one JSON document')
    .action((stream: string, eventVersion: number, { payload }: { payload: boolean }) =>
      withApp(true, (app) => eventsShow(app, output(), stream, eventVersion, payload)),
    );

  const runs = command('runs', 'looks at runs');
  runs
    .command('list')
    .description('the newest runs')
    .option('--limit <n>', 'how many', wholeNumber, 20)
    .option('--json', 'print exactly one JSON document')
    .action(({ limit }: { limit: number }) => withApp(true, (app) => runsList(app, output(), limit)));
  runs
    .command('show')
    .description('one run')
    .argument('<id>')
    .option('--json', 'print exactly one JSON document')
    .action((id: string) => withApp(true, (app) => runsShow(app, output(), id)));

  const decides = (run: (app: App, out: Output) => Promise<number>) =>
    withApp(true, (app) => run(app, output()));
  addDriftCommands(command('drift', 'what sources send otherwise than before'), decides);
  addAnomalyCommands(command('anomalies', 'what looks wrong'), decides);
  addRejectedCommands(command('rejected', 'records that could not be read'), decides);
  addIdentityCommands(command('identity', 'which source coins are one coin'), decides);
  addHistoryCommands(command('history', 'how far back observations are kept'), decides);
  addMappingCommands(command('mapping', 'how the columns of CSV files are read'), decides);
  addDeadLetterCommands(command('deadletters', 'events that no fold can read'), decides);
  const source = command('source', 'looks at sources, pauses, resumes and resets them');
  addSourceOrders(source, decides);
  source
    .command('list')
    .description('every source with its schedule and freshness')
    .option('--json', 'print exactly one JSON document')
    .action(() => withApp(true, (app) => sourceList(app, output())));

  command('sandbox', 'stand-ins for the upstream APIs over a simulated market')
    .option('--port <n>', 'to listen on; 0 takes a free one', wholeNumber, 9000)
    .option('--coins <n>', 'coins on the market', wholeNumber, 2_000)
    .option('--seed <n>', 'the same seed, the same market', wholeNumber, 1)
    .option('--speed <x>', "how fast the market's time runs", positiveNumber, 1)
    .option(
      '--faults <profile>',
      'go wrong on purpose: a fault for every request (silent), or chances of some (rate-limited-now:0.2,silent:0.1) ' +
        'or of each (all:0.3), with seed=7, after=3 (healthy requests first) and times=2 (faults in all); "list" shows them',
    )
    .action(async (options: SandboxOptions) => {
      const { logLevel } = loadConfig({ LOG_LEVEL: environment['LOG_LEVEL'] ?? 'warn' });
      const { sandboxCommand } = await import('./sandbox.ts');
      exitCode = await sandboxCommand(options, output(), createLogger(logLevel), stopSignal());
    });

  command('psql', 'psql on the database in use').action(() => withApp(true, (app) => psqlCommand(app)));

  command('doctor', 'configuration, database, roles, clock and folds').action(async () => {
    const config = loadConfig(environment);
    const { dataDir } = chooseDataDir(config.embeddedDataDir, true);
    exitCode = await doctorCommand(config, environment, dataDir, output());
  });

  return {
    async run(argv) {
      try {
        await program.parseAsync(argv);
        return exitCode;
      } catch (error) {
        // Commander has printed what was wrong; help and version are no failure.
        if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
        throw error;
      }
    },
  };
}
