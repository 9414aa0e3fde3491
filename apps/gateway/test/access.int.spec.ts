import { newApiKey, type Role } from '@syntropic/access';
import { eventually } from '@syntropic/testing';
import type { ApiKeyId } from '@syntropic/kernel';
import { request } from 'node:http';
import { API } from '../src/app.module';
import { endpointsOf } from '../src/http/serve';
import { useGateway } from './gateway.fixture';
import { bearer, useKeys } from './keys.fixture';

const gateway = useGateway();
const keys = useKeys(gateway);

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];
const endpoints = endpointsOf(API).map(({ method, path, access }) => ({ method, path, access }));
const guarded = endpoints.filter(({ access }) => access !== 'public');
const addressOf = (path: string) => `/api${path.replace(/\{\w+\}/g, 'none')}`;

/** The answer to a request: its status, its code, and how to authenticate. Streams are left at once. */
async function asked(method: string, address: string, headers: Readonly<Record<string, string>> = {}) {
  const stop = new AbortController();
  const response = await fetch(`${gateway.url}${address}`, { method, headers, signal: stop.signal });
  const { status } = response;
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  const { code = '', detail = '' } =
    isProblem && method !== 'HEAD' ? ((await response.json()) as { code: string; detail: string }) : {};
  stop.abort();
  return { status, code, detail, challenge: response.headers.get('www-authenticate') };
}

/** A request under another name of the gateway, which `fetch` cannot send. */
const statusUnder = (url: string, host: string, headers: Readonly<Record<string, string>> = {}) =>
  new Promise<number>((resolve, reject) => {
    const sent = request(`${url}/api/workflows`, { headers: { ...headers, host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });

describe('without any key', () => {
  it('the API is open under loopback names', async () => {
    expect(await asked('GET', '/api/workflows')).toMatchObject({ status: 200 });
    expect(await asked('GET', '/api/workflows', bearer('anything'))).toMatchObject({ status: 200 });
  });

  it('the API is closed under public names', async () => {
    const url = await gateway.start({ PUBLIC_HOSTS: 'agents.example, other.example' });

    expect(await statusUnder(url, 'agents.example')).toBe(403);
    expect(await statusUnder(url, 'localhost')).toBe(200);
  });
});

describe('with a key', () => {
  const given: Record<string, { keyId: ApiKeyId; key: string }> = {};
  beforeAll(async () => {
    for (const role of ROLES) given[role] = await keys.make(role);
    for (const name of ['revoked', 'expired']) given[name] = await keys.make('admin');
    given['wrong'] = { ...keyOf('admin'), key: newApiKey(keyOf('admin').keyId) };
    given['unknown'] = { ...keyOf('admin'), key: newApiKey('key-ffffffffffff' as ApiKeyId) };
    given['short'] = { ...keyOf('admin'), key: keyOf('admin').key.slice(0, -1) };
    given['weak'] = { ...keyOf('admin'), key: 'admin' };
    await keys.revoke(keyOf('revoked').keyId);
    await keys.expire(keyOf('expired').keyId);
    await eventually(async () => {
      const told = ['admin', 'revoked', 'expired'].map((name) => asked('GET', '/api/workflows', bearerOf(name)));
      expect((await Promise.all(told)).map(({ status }) => status)).toEqual([200, 401, 401]);
    });
  });
  const keyOf = (name: string) => given[name] ?? { keyId: 'key-000000000000' as ApiKeyId, key: '' };
  const bearerOf = (name: string) => bearer(keyOf(name).key);

  it.each(guarded)('$method $path needs one', async ({ method, path }) => {
    const denied = { status: 401, code: 'access.unauthenticated' };
    const invalid = { ...denied, challenge: 'Bearer realm="syntropic", error="invalid_token"' };

    expect(await asked(method, addressOf(path))).toMatchObject({ ...denied, challenge: 'Bearer realm="syntropic"' });
    const names = ['wrong', 'unknown', 'short', 'weak', 'revoked', 'expired'];
    const told = await Promise.all(names.map((name) => asked(method, addressOf(path), bearerOf(name))));
    expect(told).toMatchObject(names.map(() => invalid));
  });

  it.each(guarded)('$method $path is for the role $access and those above', async ({ method, path, access }) => {
    const stop = gateway.answer(() => ({ position: 1, version: 1, done: true }));
    for (const role of ROLES) {
      const isEnough = ROLES.indexOf(role) >= ROLES.indexOf(access as Role);
      const told = await asked(method, addressOf(path), bearerOf(role));
      if (isEnough) expect([401, 403]).not.toContain(told.status);
      else {
        expect(told).toMatchObject({
          status: 403,
          code: 'access.role_missing',
          detail: `this needs the role ${access}, and the caller has ${role}`,
          challenge: 'Bearer realm="syntropic", error="insufficient_scope"',
        });
      }
    }
    stop();
  });

  it.each(['/', '/api/docs', '/api/openapi.json', '/health/live', '/health/ready', '/api/health', '/api/sse/health'])(
    '%s is open',
    async (path) => {
      expect(await asked('GET', path)).toMatchObject({ status: 200 });
      expect(await asked('GET', path, bearerOf('wrong'))).toMatchObject({ status: 200 });
    },
  );

  it('metrics are for viewers', async () => {
    expect(await asked('GET', '/metrics')).toMatchObject({ status: 401 });
    expect(await asked('GET', '/metrics', bearerOf('viewer'))).toMatchObject({ status: 200 });
  });

  it('HEAD and the other prefix need one too', async () => {
    expect(await asked('HEAD', '/api/workflows')).toMatchObject({ status: 401 });
    expect(await asked('GET', '/api/v1/workflows')).toMatchObject({ status: 401 });
    expect(await asked('GET', '/api/v1/workflows', bearerOf('viewer'))).toMatchObject({ status: 200 });
  });

  it('the key may be a password', async () => {
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

    expect(await asked('GET', '/api/workflows', basic(`ada:${keyOf('viewer').key}`))).toMatchObject({ status: 200 });
    expect(await asked('GET', '/api/workflows', basic('ada:viewer'))).toMatchObject({ status: 401 });
  });

  it('bodies of unknown callers are not read', async () => {
    const told = await gateway.call('POST', '/api/workflows', { body: '{"not":', headers: bearerOf('weak') });

    expect(told).toMatchObject({ status: 401 });
  });

  it('the API is served under public names', async () => {
    const url = await gateway.start({ PUBLIC_HOSTS: 'agents.example' });

    expect(await statusUnder(url, 'agents.example')).toBe(401);
    expect(await statusUnder(url, 'agents.example', bearerOf('viewer'))).toBe(200);
    expect(await statusUnder(url, 'agents.example:443', bearerOf('viewer'))).toBe(200);
    expect(await statusUnder(url, 'evil.example', bearerOf('viewer'))).toBe(403);
  });

  it('the caller is the actor of commands, and owns its idempotency keys', async () => {
    const actors: string[] = [];
    const ids: string[] = [];
    const stop = gateway.answer((_, __, headers) => {
      actors.push(headers['Syn-Actor'] ?? '');
      ids.push(headers['Syn-Command-Id'] ?? '');
      return { position: 1, version: 1 };
    });
    for (const name of ['operator', 'admin', 'operator']) {
      const headers = { ...bearerOf(name), 'idempotency-key': 'same' };
      await gateway.call('POST', '/api/executions/exec-0123456789ab/pause', { body: {}, headers });
    }
    stop();

    expect(actors.map((actor) => JSON.parse(actor) as unknown)).toEqual(
      ['operator', 'admin', 'operator'].map((name) => ({ kind: 'key', id: keyOf(name).keyId })),
    );
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('a restricted key is for its areas only', async () => {
    const { key } = await keys.make('admin', { scopes: ['workflows'] });

    await eventually(async () => {
      expect(await asked('GET', '/api/workflows', bearer(key))).toMatchObject({ status: 200 });
    });
    for (const path of ['/api/executions', '/api/keys', '/api/v1/sessions', '/metrics']) {
      expect(await asked('GET', path, bearer(key))).toMatchObject({ status: 403, code: 'access.out_of_scope' });
    }
  });

  it('a new key works at every replica at once', async () => {
    const url = await gateway.start();
    for (let n = 0; n < 3; n++) {
      const { key } = await keys.make('viewer');
      expect((await fetch(`${url}/api/workflows`, { headers: bearer(key) })).status).toBe(200);
    }
  });
});
