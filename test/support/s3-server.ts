import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface S3Server {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** What is stored, by `bucket/key`. */
  objects: Map<string, Buffer>;
  /** Method and path of each request whose headers arrived, in order. */
  requests: string[];
  /** Answers the next requests with 503 SlowDown. */
  failNext(count: number): void;
  /** Cuts the connection half way through the next uploads and downloads. */
  cutNext(count: number): void;
  /** Flips a bit of the next uploads before they are looked at. */
  damageNext(count: number): void;
  /** Answers 403 for an object that is not there, as for a user who may not list the bucket. */
  hideMissing(): void;
  close(): Promise<void>;
}

interface Refusal {
  status: number;
  code: string;
  message: string;
}

const refusal = (status: number, code: string, message = code): Refusal => ({ status, code, message });

/**
 * A loopback server that speaks as much S3 as an archive needs (path style; PUT, ranged GET, HEAD, DELETE), and checks
 * the signature of every request. Like the plainer ones it knows no checksum headers and no `aws-chunked` bodies.
 */
export async function startS3Server(bucket = 'archive'): Promise<S3Server> {
  const credentials = { accessKeyId: 'TESTKEY', secretAccessKey: 'test/secret+of the server' };
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const faults = { fail: 0, cut: 0, damage: 0, hide: false };
  const strike = (fault: 'fail' | 'cut' | 'damage'): boolean => faults[fault] > 0 && faults[fault]-- > 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    requests.push(`${request.method} ${path}`);
    if (strike('fail')) return refuse(response, refusal(503, 'SlowDown'));
    if (hasBody(request) && strike('cut')) return cutUpload(request);
    const body = await receive(request);
    if (hasBody(request) && strike('damage')) body[0] = (body[0] ?? 0) ^ 1;
    const refused = signatureFault(request, credentials) ?? bodyFault(request, body);
    if (refused) return refuse(response, refused);
    const [, owner, ...parts] = decodeURIComponent(path).split('/');
    const key = parts.join('/');
    if (owner !== bucket) return refuse(response, refusal(404, 'NoSuchBucket'));
    if (key === '') return void response.end();
    return serve(request, response, `${owner}/${key}`, body);
  };

  const serve = (
    request: IncomingMessage,
    response: ServerResponse,
    name: string,
    body: Buffer<ArrayBuffer>,
  ): void => {
    if (request.method === 'PUT') objects.set(name, body);
    if (request.method === 'PUT') return void response.end();
    if (request.method === 'DELETE') objects.delete(name);
    if (request.method === 'DELETE') return void response.writeHead(204).end();
    const stored = objects.get(name);
    if (!stored)
      return refuse(response, faults.hide ? refusal(403, 'AccessDenied') : refusal(404, 'NoSuchKey'));
    if (request.method === 'HEAD')
      return void response.writeHead(200, { 'content-length': stored.length }).end();
    return sendRange(request, response, stored, strike('cut'));
  };

  const server = createServer((request, response) => {
    const { socket } = request;
    answer(request, response).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    credentials,
    objects,
    requests,
    failNext: (count) => void (faults.fail = count),
    cutNext: (count) => void (faults.cut = count),
    damageNext: (count) => void (faults.damage = count),
    hideMissing: () => void (faults.hide = true),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const hasBody = (request: IncomingMessage): boolean => Number(request.headers['content-length'] ?? 0) > 0;

async function receive(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function cutUpload(request: IncomingMessage): Promise<void> {
  const { socket } = request;
  const half = Number(request.headers['content-length']) / 2;
  let received = 0;
  for await (const chunk of request) {
    received += (chunk as Buffer).length;
    if (received >= half) break;
  }
  socket.destroy();
}

function refuse(response: ServerResponse, { status, code, message }: Refusal): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  // What is left of an upload must not be taken for the next request.
  response.writeHead(status, { 'content-type': 'application/xml', connection: 'close' });
  response.end(response.req.method === 'HEAD' ? undefined : xml);
}

function sendRange(request: IncomingMessage, response: ServerResponse, stored: Buffer, cut: boolean): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (first === undefined || last === undefined) return void response.end(stored);
  const from = Number(first);
  if (from >= stored.length) return refuse(response, refusal(416, 'InvalidRange'));
  const part = stored.subarray(from, Number(last) + 1);
  response.writeHead(206, {
    'content-length': part.length,
    'content-range': `bytes ${from}-${from + part.length - 1}/${stored.length}`,
  });
  if (cut) response.write(part.subarray(0, part.length / 2), () => response.destroy());
  else response.end(part);
}

function bodyFault(request: IncomingMessage, body: Buffer): Refusal | null {
  const { headers } = request;
  if (headers['content-encoding']?.includes('aws-chunked') || headers['x-amz-trailer'] !== undefined) {
    return refusal(501, 'NotImplemented', 'This server takes no aws-chunked bodies.');
  }
  const sha256 = String(headers['x-amz-content-sha256']);
  if (sha256 !== 'UNSIGNED-PAYLOAD' && sha256 !== createHash('sha256').update(body).digest('hex')) {
    return refusal(400, 'XAmzContentSHA256Mismatch');
  }
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) {
    return refusal(400, 'BadDigest');
  }
  return null;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Checks AWS Signature Version 4, in headers. */
function signatureFault(request: IncomingMessage, credentials: S3Server['credentials']): Refusal | null {
  const [, keyId, scope, signedHeaders, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  if (!keyId || !scope || !signedHeaders || !signature) return refusal(403, 'AccessDenied');
  if (keyId !== credentials.accessKeyId) return refusal(403, 'InvalidAccessKeyId');
  const names = signedHeaders.split(';');
  const must = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))];
  if (must.some((name) => !names.includes(name)))
    return refusal(403, 'AccessDenied', 'A header is not signed.');
  const [day = '', region = '', service = '', end = ''] = scope.split('/');
  const text = [
    'AWS4-HMAC-SHA256',
    String(request.headers['x-amz-date']),
    scope,
    createHash('sha256').update(canonicalRequest(request, names)).digest('hex'),
  ].join('\n');
  const key = [day, region, service, end].reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  if (timingSafeEqual(hmac(key, text), Buffer.from(signature, 'hex'))) return null;
  return refusal(403, 'SignatureDoesNotMatch', 'The signature does not match the one calculated here.');
}

function canonicalRequest(request: IncomingMessage, names: string[]): string {
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  const parameters = query.split('&').map((part) => (part === '' || part.includes('=') ? part : `${part}=`));
  return [
    request.method,
    path,
    parameters.sort().join('&'),
    ...names.map((name) => `${name}:${String(request.headers[name]).trim().replaceAll(/ +/g, ' ')}`),
    '',
    names.join(';'),
    String(request.headers['x-amz-content-sha256']),
  ].join('\n');
}
