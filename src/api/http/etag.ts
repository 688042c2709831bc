import { hash } from 'node:crypto';

export interface TagParts {
  /** Of the log and of the program: either may begin its versions anew, or answer otherwise. */
  epoch: string;
  build: string;
  readModelVersion: number;
  /** What was asked, normalised. */
  request: string;
}

/** Weak: two answers with one tag say the same, though each has its own request id and latency in it. */
export function weakTag({ epoch, build, readModelVersion, request }: TagParts): string {
  const digest = hash('sha256', JSON.stringify([epoch, build, request]), 'base64url');
  return `W/"${readModelVersion}-${digest.slice(0, 16)}"`;
}

const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');

/** Whether an `If-None-Match` names this tag, by the weak comparison. Our tags hold no comma. */
export const namesTag = (ifNoneMatch: string | undefined, tag: string): boolean =>
  ifNoneMatch !== undefined &&
  ifNoneMatch.split(',').some((candidate) => candidate.trim() === '*' || opaque(candidate) === opaque(tag));
