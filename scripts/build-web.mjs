// Bundles GraphiQL with all it needs, so that the page asks nobody but its own server for anything.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'web', 'graphiql');
const assetsPath = '/graphql/assets/';

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: 'external',
  logLevel: 'warning',
  target: ['es2022'],
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** Monaco's own style sheets are part of graphiql/style.css already. */
const skipMonacoStyles = {
  name: 'skip-monaco-styles',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]monaco-editor[\\/].*\.css$/ }, () => ({ contents: '', loader: 'css' }));
  },
};

/** Name of an entry to the name of the file it became. */
function entryFiles({ outputs }) {
  const entries = Object.entries(outputs).filter(([, output]) => output.entryPoint);
  return Object.fromEntries(entries.map(([file]) => [basename(file).replace(/-[^-]+$/, ''), basename(file)]));
}

async function buildWorkers(outdir) {
  const entryPoints = {
    editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
    graphql: 'monaco-graphql/esm/graphql.worker.js',
    json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  };
  const { metafile } = await build({ ...common, outdir, entryPoints, format: 'iife' });
  return { files: entryFiles(metafile), outputs: Object.keys(metafile.outputs) };
}

async function buildPage(outdir, workerFiles) {
  const { metafile } = await build({
    ...common,
    outdir,
    entryPoints: { graphiql: join(source, 'main.ts') },
    format: 'esm',
    splitting: true,
    define: { ...common.define, WORKER_FILES: JSON.stringify(workerFiles) },
    plugins: [skipMonacoStyles],
  });
  const [script] = Object.entries(metafile.outputs).find(([, output]) =>
    output.entryPoint?.endsWith('main.ts'),
  );
  const style = metafile.outputs[script].cssBundle;
  return { script: basename(script), style: basename(style), outputs: Object.keys(metafile.outputs) };
}

/** A compressed copy beside each text, so that nothing is compressed per request. Returns both sizes in bytes. */
async function compress(outputs) {
  const sizes = { bytes: 0, gzipBytes: 0 };
  for (const file of outputs.filter((name) => /\.(js|css)$/.test(name))) {
    const text = await readFile(join(root, file));
    const packed = await promisify(gzip)(text, { level: 9 });
    await writeFile(join(root, `${file}.gz`), packed);
    sizes.bytes += text.length;
    sizes.gzipBytes += packed.length;
  }
  return sizes;
}

const startedAt = performance.now();
const folder = resolve(process.argv[2] ?? join(root, 'dist', 'web', 'graphiql'));
const assets = join(folder, 'assets');
// Names change with their contents: old ones would only pile up.
await rm(assets, { recursive: true, force: true });
await mkdir(assets, { recursive: true });

const workers = await buildWorkers(assets);
const page = await buildPage(assets, workers.files);
const template = await readFile(join(source, 'index.html'), 'utf8');
const html = template
  .replace('{{style}}', assetsPath + page.style)
  .replace('{{script}}', assetsPath + page.script);
await writeFile(join(folder, 'index.html'), html);

const { bytes, gzipBytes } = await compress([...workers.outputs, ...page.outputs]);
const kilobytes = (count) => `${Math.round(count / 1000)} kB`;
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
process.stdout.write(`GraphiQL: ${kilobytes(bytes)}, ${kilobytes(gzipBytes)} compressed, in ${seconds} s\n`);
