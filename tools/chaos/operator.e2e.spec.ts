import { usePlatform, shell, workflow } from '@syntropic/e2e';
import { EventAppender } from '@syntropic/event-store';
import type { Event } from '@syntropic/kernel';
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

const Processes = z.object({
  processes: z.array(
    z.looseObject({
      name: z.string(),
      status: z.string(),
      behind: z.number(),
      failing: z.array(
        z.looseObject({ partition: z.string(), event: z.looseObject({ position: z.number(), type: z.string() }) }),
      ),
      parked: z.array(z.looseObject({ reason: z.string() })),
    }),
  ),
});

async function processNamed(name: string) {
  const { processes } = Processes.parse((await platform.get('/api/operator/processes')).body);
  return processes.find((process) => process.name === name);
}

/** Records an event that this build cannot take: of a newer one, or without the fields that it needs. */
async function record(stream: string, event: Event): Promise<void> {
  const id = randomUUID();
  const actor = { kind: 'service', id: 'newer' } as const;
  const context = { commandId: id, correlationId: id, causationId: id, actor, bodyHash: '' };
  const { is } = await new EventAppender(store()).append({ stream, expected: 0, events: [event], context });
  expect(is).toBe('appended');
}

describe('an operator', () => {
  it('sees the event at which a read model has stopped, and parks it', async () => {
    await record('workflow-gilded', { type: 'WorkflowGilded', data: { workflowId: 'gilded' } });
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

  it('sees which event a process cannot carry out while other executions go on, and parks it', async () => {
    const executionId = 'exec-00000000dead';
    await record(`execution-${executionId}`, { type: 'PhaseQueued', data: { executionId } });
    const failing = await eventually(async () => (await processNamed('run-phases'))?.failing[0] ?? false);
    expect(failing).toMatchObject({ partition: executionId, event: { type: 'PhaseQueued' } });

    const degraded = expect.arrayContaining([
      expect.objectContaining({ part: 'process', name: 'run-phases' }),
    ]) as unknown;
    expect(await platform.get('/api/health')).toMatchObject({ status: 200, body: { status: 'healthy', degraded } });
    const ready = await fetch(platform.service('command-service').healthUrl);
    expect({ status: ready.status, body: await ready.json() }).toMatchObject({
      status: 200,
      body: { status: 'degraded', degraded },
    });
    const metrics = await (await fetch(new URL('/metrics', ready.url))).text();
    expect(metrics).toMatch(/^part_standstill_seconds\{part="process",name="run-phases".*\} (?!0$)/m);
    await platform.createWorkflow(workflow('beside-it', shell('true')));
    await platform.reaches(await platform.execute('beside-it'), 'completed');

    const path = '/api/operator/processes/run-phases';
    expect((await platform.post(`${path}/retry`)).status).toBe(200);
    const body = { position: failing.event.position, reason: 'no work to be done' };
    expect((await platform.post(`${path}/park`, body)).status).toBe(200);
    await eventually(async () => {
      expect(await processNamed('run-phases')).toMatchObject({
        status: 'running',
        behind: 0,
        failing: [],
        parked: [{ reason: body.reason }],
      });
    });
  });

  it('finds that each event is delivered twice: to the worker and to command-service', async () => {
    const nats = await connectNats({ url: platform.server('nats').url ?? '', name: 'spec' });
    const manager = await nats.jetstreamManager();
    expect(await manager.consumers.list('DOMAIN').next()).toHaveLength(2);
    await nats.drain();
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
