import { readFile } from 'node:fs/promises';
import { Health } from './health';
import type { PartState } from './part-state';

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

  it('names the fault of a dependency without the paths of the machine', async () => {
    const check = () => readFile('/var/lib/runner/none');

    expect(await new Health({ disk: { check } }).report()).toMatchObject({
      checks: { disk: { error: 'ENOENT: no such file or directory' } },
    });
  });

  it('is unready without a required dependency', async () => {
    const report = await new Health({ store: down, cache: { ...down, optional: true } }).report();

    expect(report.status).toBe('unready');
  });
});

const relay: PartState = {
  part: 'relay',
  name: 'relay',
  behind: 3,
  since: '2026-01-02T03:04:05.000Z',
  seconds: 5,
  isFailing: false,
  why: 'it publishes no further',
};

describe('the parts of the platform', () => {
  const report = (...parts: readonly PartState[]) => new Health({ store: up }, () => Promise.resolve(parts)).report();

  it('leave a service ready while they have only begun to wait', async () => {
    expect(await report(relay, { ...relay, part: 'timers', seconds: 60 })).toMatchObject({
      status: 'ready',
      degraded: [],
    });
  });

  it.each([
    ['waits too long', { ...relay, seconds: 31 }],
    ['fails', { ...relay, seconds: 0, isFailing: true }],
  ])('degrade it when one of them %s, by name', async (_, part) => {
    const { since, why } = relay;
    expect(await report(part, { ...relay, part: 'projection', name: 'workflow_v1' })).toMatchObject({
      status: 'degraded',
      degraded: [{ part: 'relay', name: 'relay', since, why }],
    });
  });

  it('are named without the paths of the machine', async () => {
    const why = "Cannot find module '/app/dist/worker.js'";

    expect(await report({ ...relay, isFailing: true, why })).toMatchObject({
      degraded: [{ why: "Cannot find module '<path>'" }],
    });
  });

  it('that cannot be read degrade it too', async () => {
    const health = new Health({ store: up }, () => Promise.reject(new Error('permission denied')));

    expect(await health.report()).toMatchObject({
      status: 'degraded',
      degraded: [{ part: 'health', why: 'permission denied' }],
    });
  });
});
