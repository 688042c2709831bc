import { getOperationAST, OperationTypeNode, type DocumentNode } from 'graphql';
import { createSubscriber } from './subscriber.ts';

/** What the editor sends: the whole document, its variables, and the operation that was chosen. */
export interface GraphqlParams {
  query: string;
  variables?: unknown;
  operationName?: string | null | undefined;
}

interface FetchOptions {
  headers?: Record<string, string> | undefined;
  /** The document as the editor has read it. */
  documentAST?: DocumentNode | undefined;
}

const isSubscription = ({ operationName }: GraphqlParams, document: DocumentNode | undefined): boolean =>
  document !== undefined &&
  getOperationAST(document, operationName)?.operation === OperationTypeNode.SUBSCRIPTION;

/** The text of an answer that is no JSON (a proxy's error page) is shown as an error, as it came. */
async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `${response.status} ${response.statusText}: ${text.slice(0, 1000)}` }] };
  }
}

/** GraphiQL's way to the API: a request each, and a socket for subscriptions. */
export function createFetcher(url: URL) {
  const subscribe = createSubscriber(url);
  return (params: GraphqlParams, options: FetchOptions = {}) => {
    if (isSubscription(params, options.documentAST)) return subscribe(params, options.headers ?? {});
    const headers = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...options.headers,
    };
    return fetch(url, { method: 'POST', headers, body: JSON.stringify(params) }).then(readAnswer);
  };
}
