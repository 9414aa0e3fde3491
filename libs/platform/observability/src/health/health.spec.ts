import { Health } from './health';

const up = { check: () => Promise.resolve() };
const down = { check: () => Promise.reject(new Error('connection refused')) };

describe('a service', () => {
  it('is ready when all its dependencies work', async () => {
    expect(await new Health({ store: up }).report()).toEqual({ status: 'ready', checks: { store: { status: 'up' } } });
  });

  it('is degraded without an optional dependency', async () => {
    expect(await new Health({ store: up, cache: { ...down, optional: true } }).report()).toMatchObject({
      status: 'degraded',
      checks: { cache: { status: 'down', error: 'connection refused' } },
    });
  });

  it('is unready without a required dependency', async () => {
    const report = await new Health({ store: down, cache: { ...down, optional: true } }).report();

    expect(report.status).toBe('unready');
  });
});
