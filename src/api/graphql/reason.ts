import { wrongInput } from '../../read/graphql/page-request.ts';

// A sentence or two: it is read in lists and in the log.
const reasonLengthMax = 1_000;

/** The reason for a decision as it goes into the log. Throws USAGE for one that says nothing, or that no log can hold. */
export function reasonOf(given: string): string {
  const reason = given.trim();
  if (reason === '') throw wrongInput('reason is empty: say why.');
  if (reason.length > reasonLengthMax)
    throw wrongInput(`reason takes ${reasonLengthMax} characters at most.`);
  if (reason.includes('\0') || !reason.isWellFormed())
    throw wrongInput('reason has a character that no text in the database can have.');
  return reason;
}
