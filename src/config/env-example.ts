import { allVariables } from './variables.ts';

const heading = `# Every variable coinlog reads. Copy to .env and change what you need; what is commented out shows its default.
# A secret can come from a file instead: set <NAME>_FILE to its path.
`;

/** The text of `.env.example`, from the catalogue that the configuration itself parses by. */
export function envExample(): string {
  const entries = Object.entries(allVariables()).map(
    ([name, { description, example, secret }]) =>
      `# ${description}${secret ? ' Secret.' : ''}\n#${name}=${example ?? ''}\n`,
  );
  return [heading, ...entries].join('\n');
}
