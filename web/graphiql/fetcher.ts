import { subscribe, type Observable } from './subscription.ts';

/** What the editor sends: the whole document, its variables, and the operation that was chosen. */
export interface GraphqlParams {
  query: string;
  variables?: unknown;
  operationName?: string | null | undefined;
}

interface FetchOptions {
  headers?: Record<string, string> | undefined;
  documentAST?: { definitions: readonly Definition[] } | null | undefined;
}

interface Definition {
  kind: string;
  operation?: string;
  name?: { value: string } | undefined;
}

function isSubscription({ operationName }: GraphqlParams, { documentAST }: FetchOptions): boolean {
  return (documentAST?.definitions ?? []).some(
    ({ operation, name }) =>
      operation === 'subscription' && (!operationName || name?.value === operationName),
  );
}

/** The text of an answer that is no JSON (a proxy's error page) is shown as an error, as it came. */
async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `${response.status} ${response.statusText}: ${text.slice(0, 1000)}` }] };
  }
}

/** GraphiQL's way to the API: POST, and a WebSocket of the same path for subscriptions. */
export function createFetcher(url: URL) {
  return (params: GraphqlParams, options: FetchOptions = {}): Promise<unknown> | Observable => {
    if (isSubscription(params, options)) return subscribe(url, params, options.headers ?? {});
    const headers = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...options.headers,
    };
    return fetch(url, { method: 'POST', headers, body: JSON.stringify(params) }).then(readAnswer);
  };
}
