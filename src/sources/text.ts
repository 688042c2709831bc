/** Longest texts we keep: what is longer is no name, and an index row of PostgreSQL holds 2,704 bytes. */
export const idLengthMax = 200;
export const nameLengthMax = 500;

const plain = /^[!-~]+(?: [!-~]+)*$/;
/** Control and format characters (zero-width ones, marks of direction, NUL) except blanks, and the byte order mark. */
const invisible = /\uFEFF|(?!\s)[\p{Cc}\p{Cf}]/gu;

/** A name for people: no invisible characters, single blanks, NFC. Null when nothing is left. */
export function cleanName(text: string): string | null {
  if (plain.test(text)) return text;
  const cleaned = text.toWellFormed().replace(invisible, '').replace(/\s+/g, ' ').trim().normalize('NFC');
  return cleaned === '' ? null : cleaned;
}

/** A symbol: cleaned as a name is, upper case. Null when nothing is left. */
export function cleanSymbol(text: string): string | null {
  return cleanName(text)?.toUpperCase() ?? null;
}

/** An id is kept exactly as it is sent, or not at all: no cleaning may make one of two. */
export function isSourceCoinId(text: string): boolean {
  return text !== '' && text.length <= idLengthMax && !text.includes('\0') && text.isWellFormed();
}

/** The address of an image, where it is one that a browser may be given. */
export function cleanImageUrl(text: string | null | undefined): string | null {
  const isWeb = typeof text === 'string' && /^https?:\/\/[!-~]{1,2000}$/.test(text);
  return isWeb ? text : null;
}

/** Text of others within an error or an issue: one line, no invisible characters, not long. */
export function quoted(text: string, lengthMax = 100): string {
  const line = cleanName(text.slice(0, lengthMax + 1)) ?? '';
  // The cut may halve a surrogate pair, which no database takes.
  return (text.length > lengthMax ? `${line.slice(0, lengthMax)}…` : line).toWellFormed();
}
