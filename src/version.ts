import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The root of the project, or of the installed package. */
export const projectRoot = join(import.meta.dirname, '..');

const packageFile = z.object({ version: z.string() });

export const version = packageFile.parse(
  JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')),
).version;
