import { decodeLiveFrame, liveSubject, type LiveFrame } from '@syntropic/live';
import { BatchRefused, LeaseLost, QUARANTINE_SUBJECT, telemetrySubject } from '@syntropic/telemetry';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { numbered, useCollectors } from './testing/collector.fixture';

const collectors = useCollectors();

describe('a batch', () => {
  it('is stored, acknowledged to its runner, and shown live', async () => {
    await collectors.start();
    const { executionId, event, batch, stored } = collectors.session();
    const frames: LiveFrame[] = [];
    const gateway = await collectors.connect('gateway');
    gateway.subscribe(liveSubject(executionId), { callback: (_, { data }) => frames.push(decodeLiveFrame(data)) });
    await gateway.flush();
    const events = [event(), event(), event()];

    await expect(collectors.send(batch(1, events))).resolves.toEqual({ committed: 3 });
    await expect(collectors.send(batch(4, [event()]))).resolves.toEqual({ committed: 4 });

    expect((await stored()).slice(0, 3)).toEqual(numbered(events));
    await eventually(() => frames.length === 2);
    expect(frames).toMatchObject([
      { lane: 'telemetry', first: 1, events: [{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }] },
      { lane: 'telemetry', first: 4, events: [{ sequence: 4 }] },
    ]);
  });

  it('that is sent again is committed again and stored once', async () => {
    await collectors.start();
    const { event, batch, stored } = collectors.session();
    const events = [event(), event()];
    const answers = await Promise.all([1, 2, 3].map(() => collectors.send(batch(1, events))));

    expect(answers).toEqual([{ committed: 2 }, { committed: 2 }, { committed: 2 }]);
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('larger than a message travels in parts', async () => {
    await collectors.start();
    const { event, batch, stored } = collectors.session();
    const text = 'x'.repeat(collectors.maxPayload() / 3);
    const events = [1, 2, 3, 4, 5].map(() => event({ text }));

    await expect(collectors.send(batch(1, events))).resolves.toEqual({ committed: 5 });
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('without events says how far the lines are', async () => {
    await collectors.start();
    const { batch } = collectors.session();
    await expect(collectors.send({ ...batch(1, []), lastLine: 7 })).resolves.toEqual({ committed: 7 });
  });

  it('whose lease is lost is refused for good', async () => {
    await collectors.start();
    const { event, batch, stored } = collectors.session();
    const events = [event()];
    await collectors.send(batch(1, events, 2));

    await expect(collectors.send(batch(2, [event()], 1))).rejects.toThrow(LeaseLost);
    await expect(stored()).resolves.toEqual(numbered(events));
  });

  it('with an event that does not parse is stored without it, and the event is set apart', async () => {
    await collectors.start();
    const { event, batch, stored, sessionId } = collectors.session();
    const [first, broken, last] = [event(), { ...event(), time: 'yesterday' }, event()];

    await expect(collectors.send(batch(1, [first, broken, last]))).resolves.toEqual({ committed: 3 });
    await expect(collectors.send(batch(1, [first, broken, last]))).resolves.toEqual({ committed: 3 });

    await expect(stored()).resolves.toEqual(numbered([first, last]));
    const { rows } = await collectors.database.pool.query<{ reason: string; event: string }>(
      'select reason, event from telemetry.quarantine where session_id = $1',
      [sessionId],
    );
    expect(rows).toEqual([{ reason: expect.stringContaining('time') as string, event: JSON.stringify(broken) }]);
  });

  it('that is none is buried and refused', async () => {
    await collectors.start();
    const { event, batch, executionId, sessionId } = collectors.session();
    const foreign = { ...event(), sessionId: randomUUID() };

    await expect(collectors.send(batch(1, [foreign]))).rejects.toThrow(BatchRefused);
    const { rows } = await collectors.database.pool.query<{ reason: string }>(
      'select reason from ops.dead_letters where subject = $1',
      [telemetrySubject(executionId, sessionId)],
    );
    expect(rows).toEqual([{ reason: expect.stringContaining('another session') as string }]);
  });
});

describe('a runner', () => {
  it('can give up waiting', async () => {
    const { event, batch } = collectors.session();
    const giveUp = new AbortController();
    const sent = collectors.send(batch(1, [event()]), giveUp.signal);
    giveUp.abort(new Error('the lease is gone'));

    await expect(sent).rejects.toThrow('the lease is gone');
  });
});

describe('a request to try events again', () => {
  const ask = async (request: object) => {
    const operator = await collectors.connect('command-service');
    await operator.jetstream().publish(QUARANTINE_SUBJECT, JSON.stringify(request));
  };

  it('stores those that can be stored, once, and leaves the others apart', async () => {
    await collectors.start();
    const { event, stored, sessionId } = collectors.session();
    const [good, faulty, later] = [event(), { ...event(), time: 'yesterday' }, event()];
    const setApart = async (one: object) => {
      const { rows } = await collectors.database.pool.query<{ id: string }>(
        `insert into telemetry.quarantine (event_id, session_id, reason, event)
         values (gen_random_uuid(), $1, 'an older fault', $2) returning event_id as id`,
        [sessionId, JSON.stringify(one)],
      );
      return rows[0]?.id ?? '';
    };
    const replay = [await setApart(good), await setApart(faulty), randomUUID()];
    const left = await setApart(later);
    await ask({ replay });
    await ask({ replay });

    await eventually(async () => (await stored()).length > 0);
    await ask({ replay: [left] });
    await eventually(async () => (await stored()).length > 1);
    await expect(stored()).resolves.toEqual(numbered([good, later]));
    const { rows } = await collectors.database.pool.query<{ event: string }>(
      'select event from telemetry.quarantine where session_id = $1',
      [sessionId],
    );
    expect(rows).toEqual([{ event: JSON.stringify(faulty) }]);
  });

  it('that is none is buried', async () => {
    await collectors.start();
    await ask({ replay: ['all'] });
    await eventually(async () => {
      const { rowCount } = await collectors.database.pool.query('select from ops.dead_letters where subject = $1', [
        QUARANTINE_SUBJECT,
      ]);
      return rowCount === 1;
    });
  });
});
