import { hash, timingSafeEqual } from 'node:crypto';

/** Whether a request may change anything. */
export type Admission = 'admitted' | 'refused' | 'disabled';

const bearer = /^Bearer +(\S+)$/i;

const digestOf = (text: string): Buffer => hash('sha256', text, 'buffer');

/**
 * Judges the `Authorization` header of a request against the key of administration; without a key nobody is admitted.
 * Digests are compared, and those in constant time: how long it takes tells neither the key nor its length.
 */
export function createAdmission(key: string | null): (authorization: string | undefined) => Admission {
  if (key === null) return () => 'disabled';
  const expected = digestOf(key);
  return (authorization) => {
    const given = bearer.exec(authorization ?? '')?.[1] ?? '';
    return timingSafeEqual(digestOf(given), expected) ? 'admitted' : 'refused';
  };
}
