import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { z } from 'zod';

const operation = z.looseObject({
  operationId: z.string(),
  responses: z.record(
    z.string(),
    z.looseObject({
      headers: z.record(z.string(), z.unknown()).optional(),
      content: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});
const document = z.looseObject({ paths: z.record(z.string(), z.object({ get: operation })) });
export type ApiDocument = z.infer<typeof document>;

/** The document that an app serves. */
export async function readDocument(app: FastifyInstance): Promise<ApiDocument> {
  return document.parse((await app.inject('/openapi.json')).json());
}

/** `/coins/{id}` as a pattern of addresses. */
const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')}/?$`);

const pointerPart = (key: string): string =>
  encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Throws when an answer is not what the document says of its route: status, headers, media type and body. */
export function createDocumentCheck(api: ApiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(api, 'api');
  const paths = Object.keys(api.paths).map((path) => ({ path, pattern: patternOf(path) }));

  function checkBody(keys: string[], text: string, where: string): void {
    const schema = ajv.getSchema(`api#/${keys.map(pointerPart).join('/')}`);
    if (!schema) throw new Error(`${where} has no schema`);
    if (!schema(JSON.parse(text)))
      throw new Error(
        `${where} is not as documented: ${ajv.errorsText(schema.errors)}\n${text.slice(0, 500)}`,
      );
  }

  return ({ statusCode, headers, body, raw }: LightMyRequestResponse): void => {
    const { method = 'GET', url = '/' } = raw.req;
    const [address = '/'] = url.split('?');
    const found = paths.find(({ pattern }) => pattern.test(address));
    if (!found || !['GET', 'HEAD'].includes(method)) return;
    const where = `${statusCode} of ${method} ${found.path}`;
    const responses = api.paths[found.path]?.get.responses ?? {};
    const response = responses[statusCode];
    if (!response) throw new Error(`${where} is not documented`);
    for (const name of Object.keys(response.headers ?? {}))
      // What says nothing about the read model has no version of it.
      if (!(name.toLowerCase() in headers)) throw new Error(`${where} has no ${name}`);
    if (statusCode === 304 || method === 'HEAD') return;
    const [mediaType = ''] = String(headers['content-type']).split(';');
    if (!response.content?.[mediaType]) throw new Error(`${where} is ${mediaType}, which is not documented`);
    if (mediaType !== 'application/json') return;
    checkBody(
      ['paths', found.path, 'get', 'responses', String(statusCode), 'content', mediaType, 'schema'],
      body,
      where,
    );
  };
}

/** From here on every answer of the app is checked against the document that it serves. */
export function checkEveryAnswer(app: FastifyInstance): void {
  const inject = app.inject.bind(app) as (request: unknown) => Promise<LightMyRequestResponse>;
  let check: ReturnType<typeof createDocumentCheck> | null = null;
  const checked = async (request: unknown) => {
    check ??= createDocumentCheck(document.parse((await inject('/openapi.json')).json()));
    const response = await inject(request);
    check(response);
    return response;
  };
  app.inject = checked as typeof app.inject;
}
