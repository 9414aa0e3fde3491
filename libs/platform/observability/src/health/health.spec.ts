import { Health } from './health';

const up = { check: () => Promise.resolve() };
const down = { check: () => Promise.reject(new Error('connection refused')) };

describe('a service', () => {
  it('is ready when all it needs is well', async () => {
    expect(await new Health({ store: up }).report()).toEqual({ status: 'ready', checks: { store: { status: 'up' } } });
  });

  it('is degraded without what it can do without', async () => {
    expect(await new Health({ store: up, cache: { ...down, optional: true } }).report()).toMatchObject({
      status: 'degraded',
      checks: { cache: { status: 'down', error: 'connection refused' } },
    });
  });

  it('is unready without what it needs', async () => {
    const report = await new Health({ store: down, cache: { ...down, optional: true } }).report();

    expect(report.status).toBe('unready');
  });
});
