import { Test, type TestingModule } from '@nestjs/testing';
import { EventAppender, LogReader, PostgresEventLog } from '@syntropic/event-store';
import { decodeLiveFrame, liveSubject, type LiveFrame } from '@syntropic/live';
import { connectNats, drainAndClose, natsUsers } from '@syntropic/messaging';
import { createLogger } from '@syntropic/observability';
import { LOG, NATS, ServiceModule } from '@syntropic/service';
import { eventually, useDatabase, useNats } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { ProjectionsModule } from './projections.module';

const password = randomUUID();
const executionId = 'exec-0123456789ab';
const logged: string[] = [];
const frames: LiveFrame[] = [];
let worker: TestingModule;
let gateway: NatsConnection;

// Registered before the servers' own hooks, so that the connections are closed first.
afterAll(async () => {
  await worker.close();
  await drainAndClose(gateway);
});
const database = useDatabase();
const server = useNats(
  natsUsers(
    {
      gateway: password,
      'command-service': password,
      'projection-worker': password,
      'observability-collector': password,
      runners: [password],
    },
    [],
  ),
);

beforeAll(async () => {
  gateway = await connectNats({ url: server.urlAs('gateway'), name: 'gateway' });
  gateway.subscribe(liveSubject(executionId), {
    callback: (_, { data }) => frames.push(decodeLiveFrame(data)),
  });
  await gateway.flush();
  worker = await Test.createTestingModule({
    imports: [
      ServiceModule.of({
        name: 'projection-worker',
        natsUrl: server.urlAs('projection-worker'),
        databaseUrl: database.urlAs('syn_projection_worker'),
      }),
      ProjectionsModule.of({}),
    ],
  })
    .overrideProvider(LogReader)
    .useFactory({ inject: [Pool, NATS], factory: failingOnce })
    .overrideProvider(LOG)
    .useValue(createLogger('spec', { destination: { write: (line: string) => logged.push(line) } }).pino)
    .compile();
  await worker.init();
});

/** A reader whose first reading breaks off. */
function failingOnce(pool: Pool, nats: NatsConnection): Pick<LogReader, 'follow'> {
  const reader = new LogReader(new PostgresEventLog(pool), nats);
  let hasFailed = false;
  return {
    follow: (after, apply, signal) => {
      if (hasFailed) return reader.follow(after, apply, signal);
      hasFailed = true;
      return Promise.reject(new Error('the reader broke off'));
    },
  };
}

const workspaceId = randomUUID();
const terminated = (why: string) => ({ type: 'WorkspaceTerminated', data: { workspaceId, executionId, why } });

async function append(expected: number, events: ReturnType<typeof terminated>[]): Promise<number> {
  const id = randomUUID();
  const actor = { kind: 'service', id: 'spec' } as const;
  const outcome = await new EventAppender(database.pool).append({
    stream: `workspace-${workspaceId}`,
    expected,
    events,
    context: { commandId: id, correlationId: id, causationId: id, actor, bodyHash: '', executionId },
  });
  if (outcome.is !== 'appended') throw new Error(`not appended: ${outcome.is}`);
  return outcome.position;
}

const shown = () =>
  frames.flatMap((frame) =>
    frame.lane === 'domain'
      ? [[frame.previous, frame.events.map(({ position, data }) => [position, data['why']])]]
      : [],
  );

describe('the worker', () => {
  it('publishes the events of an execution as live frames, each with the position before it', async () => {
    const first = await append(0, [terminated('parked')]);
    await eventually(() => frames.length === 1);
    const last = await append(1, [terminated('interrupted'), terminated('completed')]);
    await eventually(() => frames.length === 3);

    expect(shown()).toEqual([
      [0, [[first, 'parked']]],
      [first, [[last - 1, 'interrupted']]],
      [last - 1, [[last, 'completed']]],
    ]);
  });

  it('reads on after its reader has failed, and has logged the fault', () => {
    expect(logged.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ error: expect.objectContaining({ message: 'the reader broke off' }) as unknown }),
    );
  });
});
