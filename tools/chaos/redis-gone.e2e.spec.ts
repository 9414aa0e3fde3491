import { shell, usePlatform, workflow, type Reply } from '@syntropic/e2e';
import { eventually, useRedis } from '@syntropic/testing';
import { z } from 'zod';
import { ClientObserver } from './client-observer';
import { expectNothingLostOrDuplicated, storedExecution } from './consistency-checks';
import { useStore } from './store';
import { completeWithRetries, twoPhaseWorkflow } from './two-phase-workflow';

const redis = useRedis();
const platform = usePlatform({ environment: () => ({ REDIS_URL: redis.url }) });
const store = useStore(platform);

const Workflow = z.looseObject({ phases: z.array(z.looseObject({ prompt_template: z.string() })) });

/** Writes a prompt and reads it at once, by the position in the reply of the write. */
async function readsItsWrite(id: string, prompt: string): Promise<void> {
  const written = await platform.send('PUT', `/api/workflows/${id}/phases/phase-1`, { prompt_template: prompt });
  const read = await platform.get(`/api/workflows/${id}`, { 'x-min-position': positionIn(written) });
  expect(read.status).toBe(200);
  expect(Workflow.parse(read.body).phases[0]?.prompt_template).toBe(prompt);
}

const positionIn = ({ headers }: Reply): string => headers.get('x-position') ?? '';

describe('without Redis', () => {
  it('every read is correct, and again when an empty one is back', async () => {
    await platform.createWorkflow(workflow('rewritten', shell('true')));
    await platform.createWorkflow(twoPhaseWorkflow('uncached'));
    await readsItsWrite('rewritten', 'cached');

    await redis.kill();
    await readsItsWrite('rewritten', 'without a cache');
    const id = await platform.execute('uncached');
    const client = new ClientObserver(platform, id);
    expect(await completeWithRetries(platform, id)).toBe(0);
    expectNothingLostOrDuplicated(await storedExecution(store(), id), await client.observed());
    await readsItsWrite('rewritten', 'still without');

    await redis.start();
    await readsItsWrite('rewritten', 'back');
    await eventually(async () => {
      expect((await platform.get('/api/workflows/rewritten')).body).toMatchObject({
        phases: [{ prompt_template: 'back' }],
      });
    });
    expect((await platform.execution(id)).status).toBe('completed');
  });

  it('reads are correct while Redis accepts connections and does not answer', async () => {
    await redis.freeze();
    try {
      await readsItsWrite('rewritten', 'past a frozen cache');
    } finally {
      await redis.thaw();
    }
    await readsItsWrite('rewritten', 'past a thawed one');
  });
});
