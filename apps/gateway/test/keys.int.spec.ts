import { eventually } from '@syntropic/testing';
import type { Json } from './call';
import { useGateway } from './gateway.fixture';
import { bearer, useKeys } from './keys.fixture';

const gateway = useGateway();
const keys = useKeys(gateway);

let admin = '';
let stop: () => void;
beforeAll(async () => {
  admin = (await keys.make('admin')).key;
  stop = keys.answer();
  await eventually(async () => (await gateway.call('GET', '/api/keys')).status === 401);
});
afterAll(() => {
  stop();
});

const asAdmin = (method: string, path: string, body?: object, headers: Readonly<Record<string, string>> = {}) =>
  gateway.call(method, `/api${path}`, { body, headers: { ...bearer(admin), ...headers } });
const statusWith = async (key: unknown) =>
  (await gateway.call('GET', '/api/workflows', { headers: bearer(String(key)) })).status;

async function created(more: object = {}): Promise<Json> {
  const { status, body } = await asAdmin('POST', '/keys', { name: 'CI', role: 'viewer', ...more });
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
}

const daysUntil = (instant: unknown) => Math.round((Date.parse(String(instant)) - Date.now()) / 86_400_000);

describe('a key', () => {
  it('is shown once, works at once, and is stored as a hash', async () => {
    const { key, ...shown } = await created({ expires_in_days: 30, requests_per_minute: 60 });
    expect(await statusWith(key)).toBe(200);

    const { body, headers } = await asAdmin('GET', `/keys/${String(shown['key_id'])}`);
    expect(body).toEqual(shown);
    expect(body).toMatchObject({ name: 'CI', role: 'viewer', requests_per_minute: 60, status: 'active' });
    expect(body['created_by']).toMatch(/^key:key-[0-9a-f]{12}$/);
    expect(daysUntil(body['expires_at'])).toBe(30);
    expect(String(key)).toContain(String(body['shown_part']));
    expect(headers.get('cache-control')).toBeNull();
    const { rows } = await gateway.database.pool.query<{ text: string }>(
      `select (select string_agg(k::text, '') from ops.api_keys k) || coalesce((select string_agg(a::text, '') from ops.answers a), '') as text`,
    );
    expect(rows[0]?.text).not.toContain(String(key).replace(/^syn_[0-9a-f]{12}_/, ''));
  });

  it('is made once for an idempotency key, and not shown again', async () => {
    const request = { name: 'once', role: 'viewer' };
    const first = await asAdmin('POST', '/keys', request, { 'idempotency-key': 'a' });
    const second = await asAdmin('POST', '/keys', request, { 'idempotency-key': 'a' });

    expect([first.status, second.status, second.body['code']]).toEqual([201, 409, 'key.already_exists']);
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(await statusWith(first.body['key'])).toBe(200);
  });

  it('that is rotated keeps its id, and its former secret for as long as asked', async () => {
    const { key_id: id, key } = await created();
    const rotated = await asAdmin('POST', `/keys/${String(id)}/rotate`, { grace_seconds: 600 });
    expect(rotated).toMatchObject({
      status: 200,
      body: { key_id: id, former_key_valid_until: expect.any(String) as string },
    });
    expect([await statusWith(key), await statusWith(rotated.body['key'])]).toEqual([200, 200]);

    const again = await asAdmin('POST', `/keys/${String(id)}/rotate`);
    expect(daysUntil(again.body['expires_at'])).toBe(90);
    const statuses = await Promise.all([key, rotated.body['key'], again.body['key']].map(statusWith));
    expect(statuses).toEqual([401, 401, 200]);
  });

  it('that is revoked is refused at once here, and soon at every replica', async () => {
    const other = await gateway.start();
    const { key_id: id, key } = await created();
    const atOther = async () => (await fetch(`${other}/api/workflows`, { headers: bearer(String(key)) })).status;
    await eventually(async () => (await atOther()) === 200);

    expect(await asAdmin('DELETE', `/keys/${String(id)}`)).toMatchObject({ status: 200, body: { status: 'revoked' } });
    expect(await statusWith(key)).toBe(401);
    await eventually(async () => (await atOther()) === 401);
    expect(await asAdmin('DELETE', `/keys/${String(id)}`)).toMatchObject({ status: 200 });
    expect(await asAdmin('POST', `/keys/${String(id)}/rotate`)).toMatchObject({
      status: 409,
      body: { code: 'key.revoked' },
    });
  });

  it('is listed while it is active, and with the others when asked', async () => {
    const { key_id: id } = await created({ name: 'listed' });
    await asAdmin('DELETE', `/keys/${String(id)}`);
    const active = (await asAdmin('GET', '/keys?limit=1000')).body as { keys: Json[]; total: number };
    const all = (await asAdmin('GET', '/keys?limit=1000&include_inactive=true')).body as typeof active;

    expect(active.keys.map(({ status }) => status)).toEqual(active.keys.map(() => 'active'));
    expect([active.total, all.total]).toEqual([active.keys.length, all.keys.length]);
    expect(all.keys[0]).toMatchObject({ key_id: id, status: 'revoked' });
    expect(JSON.stringify(all)).not.toMatch(/hash|"key":/);
    const page = (await asAdmin('GET', '/keys?limit=1&offset=1&include_inactive=true')).body as typeof active;
    expect(page).toEqual({ keys: [all.keys[1]], total: all.total });
  });
});

describe('a request for a key is refused', () => {
  it.each([
    ['without a name', { role: 'viewer' }, 'name'],
    ['with an unknown role', { name: 'x', role: 'root' }, 'role'],
    ['with a lifetime of years', { name: 'x', role: 'viewer', expires_in_days: 367 }, 'expires_in_days'],
    ['without any lifetime', { name: 'x', role: 'viewer', expires_in_days: 0 }, 'expires_in_days'],
    ['with an area that does not exist', { name: 'x', role: 'viewer', scopes: ['executions', 'secrets'] }, 'scopes[1]'],
    ['for keys, as a restricted one', { name: 'x', role: 'admin', scopes: ['keys'] }, 'scopes[0]'],
    ['with a secret of its own', { name: 'x', role: 'viewer', key: 'syn_a' }, 'key'],
    ['with a text that cannot be stored', { name: 'x\0', role: 'viewer' }, 'name'],
  ])('%s', async (_, body, field) => {
    expect(await asAdmin('POST', '/keys', body)).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  it.each([
    ['GET', '', 404],
    ['DELETE', '', 404],
    ['POST', '/rotate', 404],
  ])('that does not exist: %s %s', async (method, path, status) => {
    expect(await asAdmin(method, `/keys/key-ffffffffffff${path}`)).toMatchObject({
      status,
      body: { code: 'key.not_found' },
    });
  });
});
