import { randomUUID } from 'node:crypto';
import { useGateway } from './gateway.fixture';
import { operatorOf } from './operator.fixture';

const gateway = useGateway();
const { ask, answered } = operatorOf(gateway);

describe('telemetry that was set apart', () => {
  it('is shown by its reasons, the most frequent one first', async () => {
    await gateway.database.pool.query(
      `insert into telemetry.quarantine (event_id, reason, event, received_at)
       select gen_random_uuid(), reason, '{}', '2026-01-02T03:04:05Z' from unnest(array['late', 'data.a: wrong', 'data.a: lacking']) reason`,
    );

    expect(await ask('GET', '/quarantine')).toMatchObject({
      status: 200,
      body: {
        reasons: [
          { reason: 'data.a', events: 2, newest_at: '2026-01-02T03:04:05.000Z' },
          { reason: 'late', events: 1, newest_at: '2026-01-02T03:04:05.000Z' },
        ],
      },
    });
  });

  it('is listed, and tried again by its id or its reason, part by part', async () => {
    const [id, sessionId] = [randomUUID(), randomUUID()];
    await gateway.database.pool.query(
      `insert into telemetry.quarantine (event_id, session_id, reason, event, received_at)
       values ($1, $2, 'older: fault', '{}', '2026-01-02T03:04:05Z'), (gen_random_uuid(), 'other', 'older: rest', '[]', '2026-01-01Z')`,
      [id, sessionId],
    );
    const shown = { id, session_id: sessionId, reason: 'older: fault', size_bytes: 2 };
    expect(await ask('GET', '/quarantine/events?reason=older&limit=1')).toMatchObject({
      status: 200,
      body: { total: 2, events: [{ ...shown, received_at: '2026-01-02T03:04:05.000Z' }] },
    });
    expect(await ask('GET', `/quarantine/events?session_id=${sessionId}`)).toMatchObject({ body: { total: 1 } });

    const tried = { tried: 1, left: 0, next: null };
    expect(await answered(tried, `/quarantine/${id}/replay`)).toEqual({
      status: 200,
      said: tried,
      sent: [{ 'telemetry.ReplayQuarantined': { id } }],
    });
    const part = { tried: 500, left: 3, next: `1_${id}` };
    expect(await answered(part, '/quarantine/replay', { reason: 'older', after: `0_${id}` })).toMatchObject({
      status: 200,
      said: part,
      sent: [{ 'telemetry.ReplayQuarantine': { reason: 'older', after: `0_${id}` } }],
    });
    expect(await ask('POST', '/quarantine/nonsense/replay')).toMatchObject({ status: 422 });
    for (const [field, body] of Object.entries({ reason: {}, after: { reason: 'older', after: 'x' } })) {
      expect(await ask('POST', '/quarantine/replay', body)).toMatchObject({ status: 422, body: { field } });
    }
  });
});
