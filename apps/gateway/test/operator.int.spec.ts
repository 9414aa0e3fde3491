import { DeadLetters } from '@syntropic/messaging';
import { refusedReply } from './refused-reply';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const STOPPED = 'artifact';

async function ask(method: 'GET' | 'POST', path: string, body?: object) {
  const response = await fetch(`${gateway.url}/api/operator${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** What becomes of a request when commands are answered so. */
async function answered(reply: object, path: string, body?: object) {
  const sent: unknown[] = [];
  const stop = gateway.answer((subject, data) => {
    sent.push({ subject, data });
    return reply;
  });
  const { status, body: said } = await ask('POST', path, body);
  stop();
  return { status, said, sent };
}

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
      sent: [{ subject: 'commands.projections.RetryProjection', data: { projection: STOPPED } }],
    });
    const park = { position: 8, reason: 'not ours' };
    expect(await answered({ done: true }, `/projections/${STOPPED}/park`, park)).toMatchObject({
      status: 200,
      sent: [{ subject: 'commands.projections.ParkEvent', data: { projection: STOPPED, ...park } }],
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
    ['what nobody knows', { position: 1, reason: 'x', force: true }, 'force'],
  ])('parks nothing with %s', async (_, body, field) => {
    expect(await answered({ done: true }, '/projections/x/park', body)).toMatchObject({
      status: 422,
      said: { errors: [{ field }] },
      sent: [],
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
      sent: [{ subject: 'commands.dead-letters.ReplayDeadLetter', data: { id } }],
    });
    expect(await ask('POST', '/dead-letters/nonsense/replay')).toMatchObject({ status: 422 });
  });
});
