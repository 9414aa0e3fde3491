import { DeadLetters } from '@syntropic/messaging';
import { refusedReply } from './refused-reply';
import { useGateway } from './gateway.fixture';
import { operatorOf } from './operator.fixture';

const gateway = useGateway();

const STOPPED = 'artifact';
const FAILING = 'run-phases';

const { ask, answered } = operatorOf(gateway);

describe('an operator', () => {
  it('sees how far the read models are, and at which event one has stopped', async () => {
    const event = { position: 8, id: 'e', type: 'ArtifactHung', stream: 'artifact-1', version: 1, data: { a: 1 } };
    await gateway.database.pool.query(
      `update read.checkpoints set status = 'stopped', error = 'unknown', failing_event = $2 where projection = $1`,
      [STOPPED, { ...event, recordedAt: '2026-01-02T03:04:05.000Z' }],
    );

    expect(await ask('GET', '/projections')).toMatchObject({
      status: 200,
      body: {
        projections: expect.arrayContaining([
          expect.objectContaining({ name: 'workflow', status: 'live', error: null, failing_event: null, parked: [] }),
          expect.objectContaining({
            name: STOPPED,
            status: 'stopped',
            error: 'unknown',
            failing_event: { ...event, recorded_at: '2026-01-02T03:04:05.000Z' },
          }),
        ]) as unknown,
      },
    });
  });

  it('lets one try again, or sets the event aside', async () => {
    expect(await answered({ done: true }, `/projections/${STOPPED}/retry`)).toMatchObject({
      status: 200,
      sent: [{ 'projections.RetryProjection': { projection: STOPPED } }],
    });
    const park = { position: 8, reason: 'not ours' };
    expect(await answered({ done: true }, `/projections/${STOPPED}/park`, park)).toMatchObject({
      status: 200,
      sent: [{ 'projections.ParkEvent': { projection: STOPPED, ...park } }],
    });
  });

  it.each([
    ['not_found', 'projection.not_found', 404],
    ['conflict', 'projection.not_stopped', 409],
  ] as const)('is told what is refused: %s', async (refusal, code, status) => {
    const reply = refusedReply(code, refusal, 'no');
    expect(await answered(reply, '/projections/x/park', { position: 1, reason: 'x' })).toMatchObject({
      status,
      said: { code },
    });
  });

  it.each([
    ['no reason', { position: 1 }, 'reason'],
    ['no position', { reason: 'x' }, 'position'],
    ['a text that cannot be stored', { position: 1, reason: 'x\0' }, 'reason'],
    ['an unknown field', { position: 1, reason: 'x', force: true }, 'force'],
  ])('parks nothing with %s', async (_, body, field) => {
    for (const path of ['/projections/x/park', '/processes/x/park']) {
      expect(await answered({ done: true }, path, body)).toMatchObject({
        status: 422,
        said: { errors: [{ field }] },
        sent: [],
      });
    }
  });

  it('sees how far the processes are, and which events they cannot carry out', async () => {
    const event = { position: 8, id: 'e', type: 'PhaseQueued', stream: 'execution-1', version: 1, data: { a: 1 } };
    const recordedAt = '2026-01-02T03:04:05.000Z';
    const { pool } = gateway.database;
    const stopped = `position = 7, reader_position = 9, failing_since = '2026-01-02T03:05:00Z'`;
    await pool.query(`update ops.processes set status = 'failing', error = 'no', ${stopped} where name = $1`, [
      FAILING,
    ]);
    await pool.query(
      `insert into ops.process_backlog (process, position, partition, event, error, failing_since, attempts)
       values ($1, 8, 'exec-1', $2, 'no', '2026-01-02T03:05:00Z', 4), ($1, 9, 'exec-1', null, null, null, 0)`,
      [FAILING, { ...event, recordedAt }],
    );
    await pool.query(
      `insert into ops.parked_process_events (process, position, partition, event, error, reason, parked_by, parked_at)
       values ($1, 5, 'exec-2', $2, 'no', 'not ours', 'user:ada', '2026-01-02T03:06:00Z')`,
      [FAILING, { ...event, position: 5, data: null, recordedAt }],
    );

    const { status, body } = await ask('GET', '/processes');
    const { head } = body as { head: number };
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        processes: expect.arrayContaining([
          expect.objectContaining({ name: 'close-sessions', status: 'running', backlog: 0, failing: [], parked: [] }),
          {
            name: FAILING,
            status: 'failing',
            position: 7,
            behind: head - 9,
            error: 'no',
            failing_since: '2026-01-02T03:05:00.000Z',
            backlog: 2,
            failing: [
              {
                partition: 'exec-1',
                event: { ...event, recorded_at: recordedAt },
                error: 'no',
                failing_since: '2026-01-02T03:05:00.000Z',
                attempts: 4,
                next_attempt_at: null,
              },
            ],
            parked: [
              {
                event: { ...event, position: 5, data: null, recorded_at: recordedAt },
                error: 'no',
                reason: 'not ours',
                parked_by: 'user:ada',
                parked_at: '2026-01-02T03:06:00.000Z',
              },
            ],
          },
        ]) as unknown,
      },
    });
  });

  it('lets a process try again, also from a position, or sets an event aside', async () => {
    expect(await answered({ done: true }, `/processes/${FAILING}/retry`)).toMatchObject({
      status: 200,
      sent: [{ 'processes.RetryProcess': { process: FAILING } }],
    });
    expect(await answered({ done: true }, `/processes/${FAILING}/retry`, { position: 4 })).toMatchObject({
      status: 200,
      sent: [{ 'processes.RetryProcess': { process: FAILING, position: 4 } }],
    });
    const park = { position: 8, reason: 'not ours' };
    expect(await answered({ done: true }, `/processes/${FAILING}/park`, park)).toMatchObject({
      status: 200,
      sent: [{ 'processes.ParkProcessEvent': { process: FAILING, ...park } }],
    });
  });

  it.each([
    ['process.not_found', 'not_found', 404],
    ['process.not_failing', 'conflict', 409],
    ['process.log_restored', 'conflict', 409],
    ['process.position_beyond_head', 'invalid', 422],
  ] as const)('is told that a process refuses: %s', async (code, refusal, status) => {
    expect(await answered(refusedReply(code, refusal, 'no'), '/processes/x/retry')).toMatchObject({
      status,
      said: { code },
    });
  });

  it('lists dead letters, and sends one again', async () => {
    const letters = new DeadLetters(gateway.database.pool, gateway.nats, 'spec');
    const id = await letters.bury({ subject: 'telemetry.a.b', data: Buffer.from('not a batch') }, 'malformed');

    expect(await ask('GET', '/dead-letters')).toMatchObject({
      status: 200,
      body: { total: 1, dead_letters: [{ id, reason: 'malformed', preview: 'not a batch', replayed_at: null }] },
    });
    expect(await answered({ done: true }, `/dead-letters/${id}/replay`)).toMatchObject({
      status: 200,
      sent: [{ 'dead-letters.ReplayDeadLetter': { id } }],
    });
    expect(await ask('POST', '/dead-letters/nonsense/replay')).toMatchObject({ status: 422 });
  });
});

describe('the health of the platform', () => {
  const health = async () => (await gateway.call('GET', '/api/health')).body;

  it('names the parts that stand still, and stays healthy', async () => {
    const { pool } = gateway.database;
    await pool.query(`update ops.processes set status = 'failing', error = 'no' where name = $1`, [FAILING]);
    await pool.query(`update ops.relay set seen_at = '2026-01-02T03:04:05Z'`);
    await pool.query(
      `insert into ops.timers (process, key, position, ordinal, due_at, command)
       values ('run-phases', 'retry', 1, 0, clock_timestamp() - interval '61 s', '{}')`,
    );
    await pool.query(`update read.checkpoints set status = 'stopped', error = 'unknown' where projection = $1`, [
      STOPPED,
    ]);

    const since = expect.any(String) as string;
    expect(await health()).toMatchObject({
      status: 'healthy',
      mode: 'degraded',
      subscription: { running: true, realtime_enabled: true },
      degraded: expect.arrayContaining([
        { part: 'relay', name: 'relay', since: '2026-01-02T03:04:05.000Z', why: 'no replica runs it' },
        { part: 'projection', name: 'artifact_v2', since, why: 'unknown' },
        { part: 'process', name: FAILING, since, why: 'no' },
        { part: 'timers', name: 'run-phases', since, why: 'their commands were not sent' },
      ]) as unknown,
    });
    expect(await health()).not.toHaveProperty('degraded_reasons');
    const ready = await fetch(`${gateway.url}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      status: 'degraded',
      degraded: expect.arrayContaining([expect.objectContaining({ part: 'relay' })]) as unknown,
    });
  });
});
