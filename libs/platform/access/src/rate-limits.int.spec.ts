import { eventually, useRedis } from '@syntropic/testing';
import Redis from 'ioredis';
import { RateLimits } from './rate-limits';

/** So long that no spec sees its end. */
const AGES_MS = 1_000_000_000_000;

const connections: Redis[] = [];
// Registered before the server's own hook.
afterAll(() => {
  for (const redis of connections) redis.disconnect();
});
const server = useRedis();
const connected = async () => {
  const redis = new Redis(server.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 500 });
  redis.on('error', () => undefined);
  connections.push(redis);
  await eventually(() => redis.status === 'ready');
  return redis;
};

const aReplica = async (windowMs = AGES_MS) => new RateLimits(await connected(), windowMs);

async function allowedOf(limits: RateLimits, caller: string, limit: number, requests: number): Promise<number> {
  let allowed = 0;
  for (let n = 0; n < requests; n++) if ((await limits.pass(caller, limit)).isAllowed) allowed++;
  return allowed;
}

describe('the limit of a caller', () => {
  it('holds exactly at one replica, which says how many requests are left', async () => {
    const limits = await aReplica();

    expect(await limits.pass('key:one', 100)).toMatchObject({ isAllowed: true, limit: 100, remaining: 99 });
    expect(await allowedOf(limits, 'key:one', 100, 200)).toBe(99);
    expect(limits.pass('key:one', 100)).toMatchObject({ isAllowed: false, remaining: 0 });
    expect(await limits.pass('key:other', 100)).toMatchObject({ isAllowed: true, remaining: 99 });
  });

  it('is never exceeded by all replicas together, and nearly reached', async () => {
    const replicas = await Promise.all([aReplica(), aReplica(), aReplica()]);
    const allowed = await Promise.all(replicas.map((limits) => allowedOf(limits, 'key:many', 300, 300)));
    const total = allowed.reduce((sum, each) => sum + each, 0);

    expect(total).toBeLessThanOrEqual(300);
    expect(total).toBeGreaterThan(300 - replicas.length * 30);
  });

  it('costs a round trip for each block alone', async () => {
    const limits = await aReplica();
    const monitor = await connected();
    const calls = async () => Number(/cmdstat_eval:calls=(\d+)/.exec(await monitor.info('commandstats'))?.[1] ?? 0);
    const before = await calls();
    let waited = 0;
    for (let n = 0; n < 1_000; n++) {
      const passage = limits.pass('key:busy', 1_000);
      if (passage instanceof Promise) waited++;
      expect((await passage).isAllowed).toBe(true);
    }

    expect((await calls()) - before).toBeLessThanOrEqual(22);
    expect(waited).toBeLessThanOrEqual(22);
  });

  it('begins anew with the next window', async () => {
    const limits = await aReplica(300);
    await allowedOf(limits, 'key:again', 2, 5);

    await eventually(async () => (await limits.pass('key:again', 2)).isAllowed);
  });

  it('may be changed at any time', async () => {
    const limits = await aReplica();
    expect(await allowedOf(limits, 'key:changed', 10, 20)).toBe(10);

    expect(await allowedOf(limits, 'key:changed', 15, 20)).toBe(5);
  });
});

describe('without Redis', () => {
  it('each replica counts for itself', async () => {
    const replicas = [new RateLimits(undefined, AGES_MS), new RateLimits(undefined, AGES_MS)];

    for (const limits of replicas) expect(await allowedOf(limits, 'key:alone', 20, 40)).toBe(20);
  });

  it('requests pass that wait for it when it freezes', async () => {
    const limits = await aReplica();
    await server.freeze();
    try {
      expect(await allowedOf(limits, 'key:frozen', 20, 40)).toBe(20);
    } finally {
      await server.thaw();
    }
  });
});
