import type { Metadata, MetadataValue } from '../log/event.ts';

/** Takes what is secret out of a text. */
export type Censor = (text: string) => string;

// Shorter than any key, and common in any text.
const shortestSecret = 4;

/** An upstream may send a key back, in an error as in "invalid key …": it gets no further than here. */
export function createCensor(sentHeaders: Readonly<Record<string, string>>): Censor {
  const secrets = Object.values(sentHeaders)
    .flatMap((value) => [value, value.replace(/^\w+ /, '')])
    .filter((secret) => secret.length >= shortestSecret);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

/** The same through all of an event's metadata. */
export function censored(value: Metadata, censor: Censor): Metadata {
  const inner = (part: MetadataValue): MetadataValue => {
    if (typeof part === 'string') return censor(part);
    if (part === null || typeof part !== 'object') return part;
    if (Array.isArray(part)) return part.map(inner);
    return Object.fromEntries(Object.entries(part).map(([key, member]) => [key, inner(member)]));
  };
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inner(member)]));
}
