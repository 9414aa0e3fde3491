import { eventually } from '@syntropic/testing';
import { useGateway } from './gateway.fixture';
import { bearer, useKeys } from './keys.fixture';

const gateway = useGateway();
const keys = useKeys(gateway);

const read = (key: string, url = gateway.url) => fetch(`${url}/api/workflows`, { headers: bearer(key) });

beforeAll(async () => {
  await keys.make('admin');
  await eventually(async () => (await gateway.call('GET', '/api/keys')).status === 401);
});

describe('the requests of a key', () => {
  it('are limited, and each answer says how many are left', async () => {
    const { key } = await keys.make('viewer', { requestsPerMinute: 20 });
    const first = await read(key);
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-limit')).toBe('20');
    expect(Number(first.headers.get('ratelimit-remaining'))).toBeLessThan(20);

    const denied = await eventually(async () => {
      const response = await read(key);
      return response.status === 429 && response;
    });
    const seconds = Number(denied.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(denied.headers.get('ratelimit-remaining')).toBe('0');
    expect(denied.headers.get('ratelimit-reset')).toBe(String(seconds));
    expect(await denied.json()).toMatchObject({ status: 429, code: 'access.too_many_requests' });
  });

  it('count at every replica, and not for other keys', async () => {
    const url = await gateway.start();
    const [{ key }, other] = [await keys.make('viewer', { requestsPerMinute: 5 }), await keys.make('viewer')];
    await eventually(async () => (await read(key)).status === 429);

    await eventually(async () => (await read(key, url)).status === 429);
    expect((await read(other.key)).status).toBe(200);
  });

  it('are limited by the configuration where the key says nothing', async () => {
    const url = await gateway.start({ REQUESTS_PER_MINUTE: '7' });
    const { key } = await keys.make('viewer');

    expect((await read(key, url)).headers.get('ratelimit-limit')).toBe('7');
  });

  it('are limited although Redis is away', async () => {
    const url = await gateway.start({ REDIS_URL: 'redis://127.0.0.1:1' });
    const { key } = await keys.make('viewer', { requestsPerMinute: 10 });
    const statuses = [];
    for (let n = 0; n < 12; n++) statuses.push((await read(key, url)).status);

    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
    expect(await eventually(async () => (await read(key, url)).status === 429)).toBe(true);
  });
});
