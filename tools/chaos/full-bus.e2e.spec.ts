import { usePlatform } from '@syntropic/e2e';
import { SERVICE_NAMES } from '@syntropic/stack';
import { canMount, eventually, mountSmallVolume } from '@syntropic/testing';
import { join } from 'node:path';
import { z } from 'zod';
import { twoPhaseWorkflow } from './two-phase-workflow';

const Ready = z.object({ status: z.string(), checks: z.record(z.string(), z.object({ status: z.string() })) });
const Health = z.looseObject({
  status: z.string(),
  mode: z.string(),
  degraded_reasons: z.array(z.string()).default([]),
});

(canMount ? describe : describe.skip)('a bus whose volume is full (needs root, to mount one)', () => {
  let volume: ReturnType<typeof mountSmallVolume>;
  const platform = usePlatform({
    environment: () => {
      volume = mountSmallVolume(join(platform.dataDirectory, 'nats'), 32);
      return {};
    },
  });

  const pids = () => SERVICE_NAMES.map((name) => platform.service(name).pid);
  const readinessOf = async (name: (typeof SERVICE_NAMES)[number]) => {
    const response = await fetch(platform.service(name).healthUrl);
    return { isOk: response.ok, ...Ready.parse(await response.json()) };
  };
  const health = async () => Health.parse((await platform.get('/api/health')).body);

  it('is named by every service, ends none of them, and goes on when it has room', async () => {
    await platform.createWorkflow(twoPhaseWorkflow('on-a-full-bus'));
    expect(await health()).toMatchObject({ mode: 'full' });
    const before = pids();

    volume.fill();
    const id = await platform.execute('on-a-full-bus');
    for (const name of SERVICE_NAMES) {
      await eventually(async () => (await readinessOf(name)).checks['jetstream']?.status === 'down', {
        within: 30_000,
      });
    }
    await eventually(async () => {
      expect(await health()).toMatchObject({
        status: 'healthy',
        mode: 'degraded',
        degraded_reasons: expect.arrayContaining(['jetstream']) as unknown,
      });
    });
    volume.makeRoom();
    await eventually(async () => (await health()).mode === 'full', { within: 60_000 });
    await platform.reaches(id, 'completed');
    expect(pids()).toEqual(before);
  }, 240_000);
});
