import { Option, type Command } from 'commander';
import type { LinkMethod } from '../identity/decision.ts';
import { authorities } from '../identity/decision.ts';
import type { App } from './app.ts';
import { wholeNumber } from './arguments.ts';
import {
  identityLink,
  identityList,
  identitySplit,
  identityUnlink,
  type LinkListOptions,
} from './identity.ts';
import type { Output } from './output.ts';
import { identityUnlinked, type UnlinkedOptions } from './unlinked.ts';

type WithApp = (run: (app: App, output: Output) => Promise<number>) => Promise<void>;

const jsonOption = ['--json', 'print exactly one JSON document'] as const;
const reasonOption = ['--reason <text>', 'why, for the record'] as const;
const methods = Object.keys(authorities) as LinkMethod[];

/** `coinlog identity …`: which source coins are one coin. */
export function addIdentityCommands(identity: Command, withApp: WithApp): void {
  identity
    .command('list')
    .description('which coin each source coin is, and how that was found; the largest coins first')
    .option('--source <name>', 'only of this source')
    .option('--coin <id>', 'only of this coin, by any id that leads to it')
    .addOption(new Option('--method <method>', 'only what was found so').choices(methods))
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .option(...jsonOption)
    .action((options: LinkListOptions) => withApp((app, output) => identityList(app, output, options)));
  identity
    .command('unlinked')
    .description('source coins that stand alone: first those that another source has something like')
    .option('--source <name>', 'only of this source')
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .option(...jsonOption)
    .action((options: UnlinkedOptions) => withApp((app, output) => identityUnlinked(app, output, options)));
  identity
    .command('link')
    .description('says which coin a source coin is, whatever the evidence')
    .argument('<source>')
    .argument('<id>', "the coin's id in the source")
    .argument('<coin>', 'by any id that leads to it')
    .requiredOption(...reasonOption)
    .option(...jsonOption)
    .action((source: string, sourceCoinId: string, coin: string, { reason }: { reason: string }) =>
      withApp((app, output) => identityLink(app, output, { source, sourceCoinId }, coin, reason)),
    );
  identity
    .command('unlink')
    .description('says that a source coin is not the coin it is taken for, until it is linked again')
    .argument('<source>')
    .argument('<id>', "the coin's id in the source")
    .requiredOption(...reasonOption)
    .option(...jsonOption)
    .action((source: string, sourceCoinId: string, { reason }: { reason: string }) =>
      withApp((app, output) => identityUnlink(app, output, { source, sourceCoinId }, reason)),
    );
  identity
    .command('split')
    .description('makes an id that was merged into another coin a coin of its own again')
    .argument('<coin>', 'the id that was merged')
    .requiredOption(...reasonOption)
    .option(...jsonOption)
    .action((coin: string, { reason }: { reason: string }) =>
      withApp((app, output) => identitySplit(app, output, coin, reason)),
    );
}
