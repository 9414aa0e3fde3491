import { eventually } from '@syntropic/testing';
import { usePlatform } from './platform';
import { simulated, shell, workflow } from './workflows';

const platform = usePlatform({ environment: () => ({ RUNNER_SLOTS: '1' }) });

describe('the only slot, held by a paused agent', () => {
  it('goes to waiting work, and the paused agent continues when it is resumed', async () => {
    await platform.createWorkflow(workflow('paused', simulated('turns: 40, delay_ms: 50')));
    await platform.createWorkflow(workflow('waiting', shell('echo done')));
    const paused = await platform.execute('paused');
    const parkings = parkingsOf(paused);
    await eventually(async () => (await platform.execution(paused)).phases[0]?.status === 'running');
    await platform.post(`/api/executions/${paused}/pause`);
    await platform.reaches(paused, 'paused');

    const waiting = await platform.execute('waiting');
    await platform.reaches(waiting, 'completed', 45_000);
    expect((await platform.execution(paused)).status).toBe('paused');

    await platform.post(`/api/executions/${paused}/resume`);
    await platform.reaches(paused, 'completed');
    await expect(parkings).resolves.toMatchObject([{ why: 'slot_needed' }]);
  });
});

/** The parking events of an execution, once its stream has ended. */
async function parkingsOf(executionId: string): Promise<unknown[]> {
  const parkings: unknown[] = [];
  for await (const { event, data } of platform.frames(executionId)) {
    if (event === 'PhaseParked') parkings.push(JSON.parse(data));
  }
  return parkings;
}
