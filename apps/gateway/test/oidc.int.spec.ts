import { eventually } from '@syntropic/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { call, type Json } from './call';
import { useEventStreams } from './event-stream-client';
import { useGateway } from './gateway.fixture';
import { bearer, useKeys } from './keys.fixture';
import { anExecutionOf } from './live-execution';

/** The claims of each client of the provider. */
const CLIENTS = {
  ada: { realm_access: { roles: ['people', 'operators'] } },
  bob: { realm_access: { roles: ['readers', 'admins'] } },
  eve: { realm_access: { roles: ['admin', 'operator', 'viewer'] } },
  none: {},
};

let provider: ChildProcess;
let issuer = '';
let url = '';
afterAll(() => {
  provider.kill('SIGKILL');
});
const gateway = useGateway();
const keys = useKeys(gateway);
const open = useEventStreams();

const variables = () => ({
  OIDC_ISSUER: issuer,
  OIDC_ROLES_CLAIM: 'realm_access.roles',
  OIDC_ROLES: 'admin:admins,viewer:readers,operator:operators',
});

beforeAll(async () => {
  const program = join(__dirname, 'oidc-provider.mjs');
  provider = spawn(process.execPath, [program, JSON.stringify(CLIENTS)], { stdio: ['ignore', 'pipe', 'ignore'] });
  if (!provider.stdout) throw new Error('the provider has no output');
  [issuer = ''] = (await once(createInterface(provider.stdout), 'line')) as string[];
  url = await gateway.start(variables());
});

async function tokenOf(client: keyof typeof CLIENTS, resource = 'urn:syntropic'): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:secret`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
  });
  const { access_token } = (await response.json()) as { access_token?: string };
  expect(access_token).toBeDefined();
  return access_token ?? '';
}

const read = (token: string, path = '/api/workflows') => call(url, 'GET', path, { headers: bearer(token) });
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Json;
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

describe('a login', () => {
  it('is needed where a provider is configured, also on loopback and without any key', async () => {
    expect(await call(url, 'GET', '/api/workflows')).toMatchObject({ status: 401 });
    expect(await call(gateway.url, 'GET', '/api/workflows')).toMatchObject({ status: 200 });
  });

  it('has the most of the roles that its claim names', async () => {
    const [ada, bob] = [await tokenOf('ada'), await tokenOf('bob')];

    expect(await read(ada)).toMatchObject({ status: 200 });
    expect(await read(ada, '/api/keys')).toMatchObject({
      status: 403,
      body: { code: 'access.role_missing', detail: 'this needs the role admin, and the caller has operator' },
    });
    expect(await read(bob, '/api/keys')).toMatchObject({ status: 200 });
    for (const client of ['eve', 'none'] as const) {
      expect(await read(await tokenOf(client))).toMatchObject({
        status: 403,
        body: { detail: 'this needs the role viewer, and the caller has no role' },
      });
    }
  });

  it('is the actor of commands', async () => {
    const actors: string[] = [];
    const stop = gateway.answer((_, __, headers) => {
      actors.push(headers['Syn-Actor'] ?? '');
      return { position: 1, version: 1 };
    });
    const headers = bearer(await tokenOf('ada'));
    await call(url, 'POST', '/api/executions/exec-0123456789ab/pause', { body: {}, headers });
    stop();

    expect(actors.map((actor) => JSON.parse(actor) as unknown)).toEqual([{ kind: 'user', id: 'oidc:ada' }]);
  });

  it('is limited like a key', async () => {
    const limited = await gateway.start({ ...variables(), REQUESTS_PER_MINUTE: '3' });
    const headers = bearer(await tokenOf('ada'));

    await eventually(async () => (await call(limited, 'GET', '/api/workflows', { headers })).status === 429);
  });

  it('ends with its token, and with it its streams', async () => {
    const { executionId } = await anExecutionOf(gateway);
    const short = await tokenOf('ada', 'urn:short');
    const stream = open(`${url}/api/executions/${executionId}/stream`, { headers: bearer(short) });
    await eventually(() => stream.status || false);

    await eventually(async () => (await read(short)).status === 401);
    expect(stream.status === 401 || (await eventually(() => stream.isBroken))).toBe(true);
  });

  it('gives tokens of streams that end with it', async () => {
    const { executionId } = await anExecutionOf(gateway);
    const headers = bearer(await tokenOf('ada'));
    const { body } = await call(url, 'POST', `/api/executions/${executionId}/stream-token`, { headers });
    const stream = open(`${url}/api/executions/${executionId}/stream?token=${String(body['token'])}`);

    await eventually(() => stream.frames.length > 0);
    expect(stream.status).toBe(200);
  });

  it('does not replace keys', async () => {
    const { key } = await keys.make('viewer');

    expect(await read(key)).toMatchObject({ status: 200 });
  });
});

describe('a token is refused', () => {
  const denied = { status: 401, body: { code: 'access.unauthenticated' } };

  it('that is for another audience', async () => {
    expect(await read(await tokenOf('bob', 'urn:other'))).toMatchObject(denied);
  });

  it('whose claims or signature were changed', async () => {
    const token = await tokenOf('ada');
    const [header = '', body = '', signature = ''] = token.split('.');
    const forged = encoded({ ...claimsOf(token), realm_access: { roles: ['admins'] } });
    const published = JSON.stringify(((await (await fetch(`${issuer}/jwks`)).json()) as { keys: Json[] }).keys[0]);
    const hmac = (head: string) => createHmac('sha256', published).update(`${head}.${forged}`).digest('base64url');
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const signed = (head: string) => sign('sha256', Buffer.from(`${head}.${forged}`), other).toString('base64url');
    const [none, shared, unknown] = [{ alg: 'none' }, { alg: 'HS256', kid: 'rsa' }, { alg: 'RS256', kid: 'x' }].map(
      encoded,
    );

    for (const text of [
      `${header}.${forged}.${signature}`,
      `${header}.${body}.${signature.slice(0, -4)}AAAA`,
      `${none}.${forged}.`,
      `${none}.${forged}.AAAA`,
      `${shared}.${forged}.${hmac(shared ?? '')}`,
      `${header}.${forged}.${signed(header)}`,
      `${unknown}.${forged}.${signed(unknown ?? '')}`,
      'a.b.c',
    ]) {
      expect([text, await read(text)]).toMatchObject([text, denied]);
    }
  });
});

describe('without its provider', () => {
  it('a gateway that has its keys goes on, and one that has none says so', async () => {
    const [known, fresh] = [await tokenOf('ada'), await tokenOf('bob')];
    expect(await read(known)).toMatchObject({ status: 200 });
    const late = await gateway.start(variables());
    provider.kill('SIGKILL');
    await once(provider, 'exit');

    expect([await read(known), await read(fresh, '/api/keys')]).toMatchObject([{ status: 200 }, { status: 200 }]);
    const told = await call(late, 'GET', '/api/workflows', { headers: bearer(known) });
    expect(told).toMatchObject({ status: 503, body: { code: 'access.provider_unavailable' } });
    expect(told.headers.get('retry-after')).toBe('5');
  });

  it('a document of another issuer is none', async () => {
    const server = createServer((_, response) => {
      response.end(JSON.stringify({ issuer: 'https://other.example', jwks_uri: 'https://other.example/jwks' }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = (server.address() as { port: number }).port;
    const misled = await gateway.start({ ...variables(), OIDC_ISSUER: `http://127.0.0.1:${port}` });
    const headers = bearer(`${encoded({ alg: 'RS256' })}.${encoded({ sub: 'ada' })}.AAAA`);

    expect(await call(misled, 'GET', '/api/workflows', { headers })).toMatchObject({
      status: 503,
      body: { code: 'access.provider_unavailable' },
    });
    server.closeAllConnections();
    server.close();
  });
});
