import { usePlatform, shell, workflow } from '@syntropic/e2e';
import { EventAppender } from '@syntropic/event-store';
import { connectNats } from '@syntropic/messaging';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { useStore } from './store';

const platform = usePlatform();
const store = useStore(platform);

const Projections = z.object({
  projections: z.array(
    z.looseObject({
      name: z.string(),
      status: z.string(),
      behind: z.number(),
      failing_event: z.looseObject({ position: z.number(), type: z.string() }).nullable(),
    }),
  ),
});
const DeadLetters = z.object({
  dead_letters: z.array(z.looseObject({ id: z.string(), replayed_at: z.string().nullable() })),
});

async function projections() {
  return Projections.parse((await platform.get('/api/operator/projections')).body).projections;
}

async function deadLetters() {
  return DeadLetters.parse((await platform.get('/api/operator/dead-letters')).body).dead_letters;
}

/** Records an event of a newer command service that this build does not know. */
async function recordUnknownEvent(): Promise<void> {
  const id = randomUUID();
  const actor = { kind: 'service', id: 'newer' } as const;
  const context = { commandId: id, correlationId: id, causationId: id, actor, bodyHash: '' };
  const events = [{ type: 'WorkflowGilded', data: { workflowId: 'gilded' } }];
  const { is } = await new EventAppender(store()).append({ stream: 'workflow-gilded', expected: 0, events, context });
  expect(is).toBe('appended');
}

describe('an operator', () => {
  it('sees the event at which a read model has stopped, and parks it', async () => {
    await recordUnknownEvent();
    const stopped = await eventually(async () => {
      const all = await projections();
      return all.every(({ status, behind }) => status === 'stopped' || behind === 0) &&
        all.some(({ status }) => status === 'stopped')
        ? all.filter(({ status }) => status === 'stopped')
        : false;
    });
    expect(stopped.map(({ failing_event }) => failing_event?.type)).toEqual(stopped.map(() => 'WorkflowGilded'));

    await platform.createWorkflow(workflow('behind-it', shell('true')));
    expect((await platform.get('/api/workflows/behind-it')).status).toBe(503);
    for (const { name, failing_event } of stopped) {
      const body = { position: failing_event?.position, reason: 'gilding is not for us' };
      expect((await platform.post(`/api/operator/projections/${name}/park`, body)).status).toBe(200);
    }

    await eventually(async () =>
      (await projections()).every(({ status, behind }) => status === 'live' && behind === 0),
    );
    expect((await platform.get('/api/workflows/behind-it')).status).toBe(200);
  });

  it('sees a dead letter, and replays it', async () => {
    const nats = await connectNats({ url: platform.server('nats').url ?? '', name: 'stranger' });
    nats.publish('telemetry.exec-0123456789ab.s', 'no batch');
    await nats.drain();
    const [letter] = await eventually(async () => ((await deadLetters()).length > 0 ? deadLetters() : false));

    expect((await platform.post(`/api/operator/dead-letters/${letter?.id ?? ''}/replay`)).status).toBe(200);
    expect(await deadLetters()).toMatchObject([{ id: letter?.id, replayed_at: expect.any(String) as string }]);
  });
});
