import type { DirectoryConfig } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/config.ts';
import { sourceConfigured } from './ingest.ts';

/** A directory's configuration as the environment makes it. */
export function directoryConfigured(stream: string, environment: Environment = {}): DirectoryConfig {
  const [source = ''] = stream.split('.');
  const found = sourceConfigured(source, environment).directories.find(({ name }) => name === stream);
  if (!found) throw new Error(`no directory ${stream}`);
  return found;
}
