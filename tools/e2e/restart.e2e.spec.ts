import { eventually } from '@syntropic/testing';
import { usePlatform } from './platform';
import { simulated, workflow } from './workflows';

const platform = usePlatform();

const slow = simulated('turns: 40, tools_per_turn: 1, delay_ms: 50');

const isRunning = async (id: string) => (await platform.execution(id)).phases[0]?.status === 'running';

describe('stopping everything and starting it again on the same data', () => {
  let running: string;
  let paused: string;

  beforeAll(async () => {
    await platform.createWorkflow(workflow('slow', slow));
    [running, paused] = [await platform.execute('slow'), await platform.execute('slow')];
    await eventually(async () => (await isRunning(running)) && (await isRunning(paused)));
    await platform.post(`/api/executions/${paused}/pause`);
    await platform.reaches(paused, 'paused');

    await platform.stop();
    await platform.start();
  }, 120_000);

  it('keeps a paused execution paused with its agent parked, and resuming continues it', async () => {
    const { phases } = await platform.reaches(paused, 'paused');
    expect(phases[0]?.status).toBe('paused');

    await platform.post(`/api/executions/${paused}/resume`);
    await platform.reaches(paused, 'completed');
  });

  it('lets a running execution finish or be retried', async () => {
    const { status } = await platform.execution(running);
    if (status === 'interrupted') {
      expect((await platform.post(`/api/executions/${running}/retry`)).status).toBe(200);
    }
    await platform.reaches(running, 'completed');
  });
});
