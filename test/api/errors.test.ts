import { CloseCode } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import { graphqlErrorCodes } from '../../src/api/graphql/errors.ts';
import { requestCodes } from '../../src/api/http/problem.ts';
import { errorCatalogue } from '../../src/errors.ts';
import { documentedErrors, type Row } from '../support/documented-errors.ts';

const ofGraphql = documentedErrors('Of GraphQL');
const ofRest = documentedErrors('Of REST');
const ofCommands = documentedErrors('Of the command line only');
const ofSockets = documentedErrors('Close codes of the WebSocket');
const codesOf = (rows: readonly Row[]): string[] => rows.map((row) => row['code'] ?? '');

/** Where this client gives up on a server, and what a server says of a connection that it refuses: none is, here. */
const neverSent = [
  CloseCode.InternalClientError,
  CloseCode.BadResponse,
  CloseCode.ConnectionAcknowledgementTimeout,
  CloseCode.Forbidden,
];

describe('docs/errors.md', () => {
  it('explains every code of GraphQL, and none that is not there', () => {
    expect(new Set(codesOf(ofGraphql))).toEqual(graphqlErrorCodes);
  });

  it('explains every code of the catalogue once, and every other code of REST', () => {
    const catalogued = Object.keys(errorCatalogue);
    const documented = codesOf([...ofRest, ...ofCommands]);
    expect(documented.filter((code) => code in errorCatalogue).toSorted()).toEqual(catalogued.toSorted());
    expect(new Set(documented)).toEqual(new Set([...catalogued, ...requestCodes]));
  });

  it('says the status and the exit code that the catalogue says', () => {
    const said = [...ofRest, ...ofCommands].filter(({ code = '' }) => code in errorCatalogue);
    const right = said.map(({ code = '', ...rest }) => {
      const { status, exitCode } = errorCatalogue[code as keyof typeof errorCatalogue];
      const isRest = 'status' in rest;
      return { code, ...rest, ...(isRest ? { status: String(status) } : {}), exit: String(exitCode) };
    });
    expect(said).toEqual(right);
  });

  it('explains every code that a WebSocket is closed with by the protocol', () => {
    const codes = Object.values(CloseCode).filter((code) => typeof code === 'number');
    const sent = codes.filter((code) => !neverSent.includes(code));
    const documented = codesOf(ofSockets).map(Number);
    expect(documented.filter((code) => code >= 4000)).toEqual(sent.toSorted((a, b) => a - b));
  });

  it('says of each when it comes and what to do', () => {
    for (const row of [...ofGraphql, ...ofRest, ...ofCommands, ...ofSockets])
      for (const [column, cell] of Object.entries(row))
        expect(cell, `${row['code']}: ${column}`).not.toBe('');
  });
});
