import { startEmbedded } from './server.ts';

/**
 * A process with a share in a server: `node hold.fixture.ts DATA_DIR`. Prints `{"adopted": …, "dataDir": …}` once it
 * has it, gives it back when its input ends, and prints `closed`.
 */
const [, , dataDir = ''] = process.argv;
const server = await startEmbedded({
  dataDir,
  settings: { fsync: 'off', shared_buffers: '16MB' },
  log: (message) => process.stderr.write(`${message}\n`),
});
process.stdout.write(`${JSON.stringify({ adopted: server.adopted, dataDir: server.dataDir })}\n`);
for await (const _ of process.stdin);
await server.close();
process.stdout.write('closed\n');
