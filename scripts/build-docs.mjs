// Swagger UI and Redoc as their packages have them, with a page each, so that reading about the API asks nobody but its
// own server for anything.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { extname, basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'web', 'docs');
const packages = join(root, 'node_modules');
const assetsPath = '/docs/assets/';

// Redoc shows a picture from its makers' server, wherever it runs; an empty one takes its place.
const elsewhere = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const emptyPicture = 'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E';

const files = {
  swaggerScript: join(packages, 'swagger-ui-dist', 'swagger-ui-bundle.js'),
  swaggerStyle: join(packages, 'swagger-ui-dist', 'swagger-ui.css'),
  swaggerStart: join(source, 'swagger.js'),
  redocScript: join(packages, 'redoc', 'bundles', 'redoc.standalone.js'),
  redocStart: join(source, 'redoc.js'),
  style: join(source, 'page.css'),
};
const licences = {
  'swagger-ui.LICENSE.txt': join(packages, 'swagger-ui-dist', 'LICENSE'),
  'swagger-ui-bundle.LICENSE.txt': join(packages, 'swagger-ui-dist', 'swagger-ui-bundle.js.LICENSE.txt'),
  'redoc.LICENSE.txt': join(packages, 'redoc', 'LICENSE'),
  'redoc-bundle.LICENSE.txt': join(packages, 'redoc', 'bundles', 'redoc.standalone.js.LICENSE.txt'),
};

/** Writes a file under a name that changes with its contents, and a compressed copy beside it. */
async function writeAsset(folder, path) {
  const text = (await readFile(path, 'utf8'))
    .replaceAll(elsewhere, emptyPicture)
    // At the very end only: Redoc has one within a text, too.
    .replace(/\n(?:\/\/|\/\*)# sourceMappingURL=\S+(?: \*\/)?\s*$/, '\n');
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const name = `${basename(path, extname(path))}-${digest}${extname(path)}`;
  await writeFile(join(folder, name), text);
  await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(text, { level: 9 }));
  return name;
}

const folder = resolve(process.argv[2] ?? join(root, 'dist', 'web', 'docs'));
const assets = join(folder, 'assets');
await rm(assets, { recursive: true, force: true });
await mkdir(assets, { recursive: true });

const names = {};
for (const [key, path] of Object.entries(files)) names[key] = await writeAsset(assets, path);
for (const [name, path] of Object.entries(licences)) await copyFile(path, join(assets, name));
for (const page of ['swagger.html', 'redoc.html']) {
  const template = await readFile(join(source, page), 'utf8');
  const html = template.replaceAll(/\{\{(\w+)\}\}/g, (_, key) => assetsPath + names[key]);
  await writeFile(join(folder, page), html);
}
