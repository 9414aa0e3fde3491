import { compress } from '@bokuweb/zstd-wasm';
import { decodeLiveFrame, liveSubject, type LiveFrame } from '@syntropic/live';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { collected, useIngestion } from '../testing/ingest.fixture';
import { unzstd } from './zstd';

const { collectors, send, sendEvents, rows, quarantined, ownSession, url } = useIngestion();

// The decompression makes the library ready, which must happen once.
beforeAll(() => unzstd(Buffer.from('28b52ffd04581100007b7dd194f27a', 'hex'), 10));

describe('a batch of events', () => {
  it('is stored, each event once, and answered with counts', async () => {
    const session = randomUUID();
    const events = [collected(session), collected(session)];

    await expect(sendEvents(events)).resolves.toMatchObject({
      status: 200,
      body: { accepted: 2, duplicates: 0, quarantined: 0, batch_id: 'batch-1' },
    });
    await expect(sendEvents([...events, collected(session)], { batch_id: 'batch-2' })).resolves.toMatchObject({
      status: 200,
      body: { accepted: 1, duplicates: 2, batch_id: 'batch-2' },
    });
    await expect(rows(session)).resolves.toHaveLength(3);
  });

  it('stores its good events when others are faulty, and names the faults', async () => {
    const session = randomUUID();
    const old = new Date(Date.now() - 8 * 24 * 3600 * 1000).toISOString();
    const { status, body } = await sendEvents([
      collected(session),
      collected(session, { timestamp: 'yesterday' }),
      collected(session, { event_type: 'tool_execution_started', data: { tool_name: 'Bash' } }),
      collected(session, { timestamp: old }),
      collected(session, { event_type: 'token_usage', data: { input_tokens: 1e300 } }),
      'no event',
    ]);

    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 1, duplicates: 0, quarantined: 5 });
    const { errors } = body as { errors: { field: string; message: string }[] };
    expect(errors.map(({ field, message }) => `${field} ${message}`).join('\n')).toMatch(
      /events\[1\]\.timestamp[^]*events\[4\]\.data\.input_tokens[^]*events\[5\][^]*data\.tool_use_id[^]*late/,
    );
    await expect(rows(session)).resolves.toHaveLength(1);
    await expect(quarantined(session)).resolves.toHaveLength(4);
  });

  it('of faulty events alone is refused, and nothing is kept', async () => {
    const session = randomUUID();
    await expect(sendEvents([collected(session, { event_id: 'short' })])).resolves.toMatchObject({
      status: 422,
      body: { code: 'request.invalid', field: 'events[0].event_id' },
    });
    await expect(quarantined(session)).resolves.toEqual([]);
  });

  it.each([
    ['is no JSON', '{"agent_id": "a"', 400, undefined],
    ['has no id', JSON.stringify({ agent_id: 'a', events: [] }), 422, 'batch_id'],
    ['has no list', JSON.stringify({ agent_id: 'a', batch_id: 'b', events: {} }), 422, 'events'],
    [
      'has too many events',
      JSON.stringify({ agent_id: 'a', batch_id: 'b', events: Array(5_001).fill(1) }),
      422,
      'events',
    ],
    ['is too deep', `{"events":${'['.repeat(100_000)}`, 400, undefined],
    ['has too many values', `[${'[],'.repeat(300_000)}1]`, 400, undefined],
    ['is too large', 'x'.repeat(4 * 1024 * 1024 + 1), 413, undefined],
  ])('that %s is refused', async (_, body, status, field) => {
    const answer = await send('/events', { body });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(field === undefined ? {} : { field });
  });

  it('may be empty', async () => {
    await expect(sendEvents([])).resolves.toMatchObject({ status: 200, body: { accepted: 0, duplicates: 0 } });
  });

  it('may be one event in each line', async () => {
    const session = randomUUID();
    const lines = [JSON.stringify(collected(session)), 'no event', '', JSON.stringify(collected(session))];
    await expect(
      send('/events?batch_id=b', { body: lines.join('\n'), headers: { 'content-type': 'application/x-ndjson' } }),
    ).resolves.toMatchObject({ status: 200, body: { accepted: 2, quarantined: 1, batch_id: 'b' } });
    await expect(rows(session)).resolves.toHaveLength(2);
  });

  it('may be compressed', async () => {
    const session = randomUUID();
    const body = () => Buffer.from(JSON.stringify({ agent_id: 'a', batch_id: 'b', events: [collected(session)] }));
    for (const [encoding, encoded] of [
      ['gzip', gzipSync(body())],
      ['zstd', compress(body(), 3)],
    ] as const) {
      await expect(
        send('/events', { body: encoded, headers: { 'content-encoding': encoding } }),
      ).resolves.toMatchObject({ status: 200, body: { accepted: 1 } });
    }
  });

  it.each([
    ['a bomb of gzip', 'gzip', () => gzipSync(Buffer.alloc(64 * 1024 * 1024)), 413],
    ['a bomb of zstd', 'zstd', () => compress(Buffer.alloc(9 * 1024 * 1024), 3), 413],
    ['a cut body', 'gzip', () => gzipSync(Buffer.from('{"a":1}')).subarray(0, 15), 400],
    ['a cut frame', 'zstd', () => compress(Buffer.alloc(10_000), 3).subarray(0, 12), 400],
    ['no frame', 'zstd', () => Buffer.from('{"a":1}'), 400],
    ['an unknown encoding', 'br', () => Buffer.from('{}'), 415],
  ])('compressed to %s is refused', async (_, encoding, body, status) => {
    await expect(send('/events', { body: body(), headers: { 'content-encoding': encoding } })).resolves.toMatchObject({
      status,
    });
  });

  it('of another type is refused', async () => {
    await expect(
      send('/events', { body: '<events/>', headers: { 'content-type': 'text/plain' } }),
    ).resolves.toMatchObject({ status: 415, body: { field: 'content-type' } });
  });
});

describe('an event', () => {
  it('of a session that the platform runs belongs to its execution, and is shown live', async () => {
    const { sessionId, executionId } = await ownSession();
    const frames: LiveFrame[] = [];
    const gateway = await collectors.connect('gateway');
    gateway.subscribe(liveSubject(executionId), { callback: (_, { data }) => frames.push(decodeLiveFrame(data)) });
    await gateway.flush();
    await sendEvents([collected(sessionId)]);

    await expect(rows(sessionId)).resolves.toMatchObject([{ execution_id: executionId, phase_id: 'plan' }]);
    await eventually(() => frames.length === 1);
  });

  it('that the account depends on is not believed of a session that the platform runs', async () => {
    const { sessionId } = await ownSession();
    const usage = {
      event_type: 'token_usage',
      data: { message_id: 'm1', model: 'claude-haiku-4-5', input_tokens: 1000 },
    };
    await sendEvents([collected(sessionId, usage)]);
    await expect(rows(sessionId)).resolves.toMatchObject([{ type: 'unknown', data: { raw: { input_tokens: 1000 } } }]);

    const session = randomUUID();
    await sendEvents([collected(session, usage)]);
    await expect(rows(session)).resolves.toMatchObject([
      { type: 'token_usage', execution_id: null, data: { cost_usd: '0.001', cache_read_tokens: 0 } },
    ]);
  });

  it('of an unknown type, or one of runners, is kept as it came', async () => {
    const session = randomUUID();
    await sendEvents([
      collected(session, { event_type: 'new_in_a_later_version', data: { a: 1 } }),
      collected(session, { event_type: 'model_call', data: { cost_usd: '9' } }),
    ]);
    await expect(rows(session)).resolves.toMatchObject([{ type: 'unknown' }, { type: 'unknown' }]);
  });

  it('has no credentials of known shapes, neither stored nor set apart', async () => {
    const session = randomUUID();
    const token = `glpat-${'aB3dE5fG7h'.repeat(2)}`;
    await sendEvents([
      collected(session, { data: { message: `say "${token}"`, nested: { deep: [token] } } }),
      collected(session, { timestamp: 'never', data: { message: token } }),
      collected(session, { event_type: token, data: { token } }),
    ]);
    const { rows: kept } = await collectors.database.pool.query<{ text: string }>(
      `select data::text as text from telemetry.events where session_id = $1
       union all select event from telemetry.quarantine where session_id = $1`,
      [session],
    );
    expect(kept).toHaveLength(3);
    for (const { text } of kept) expect(text).toMatch(/^(?!.*aB3dE5fG7h).*\[gitlab token\]/);
  });

  it('with text that cannot be stored is made storable', async () => {
    const session = randomUUID();
    const event = collected(session, { data: { message: 'a\0b' } });
    await expect(sendEvents([event])).resolves.toMatchObject({ body: { accepted: 1 } });
    await expect(rows(session)).resolves.toMatchObject([{ data: { message: 'a\ufffdb' } }]);
  });
});

describe('the counts of the process', () => {
  it('are shown', async () => {
    const before = (await (await fetch(`${await url()}/stats`)).json()) as Record<string, number>;
    const event = collected(randomUUID());
    await sendEvents([event]);
    await sendEvents([event]);
    const after = (await (await fetch(`${await url()}/stats`)).json()) as Record<string, number>;

    expect(after['accepted']).toBe((before['accepted'] ?? 0) + 1);
    expect(after['duplicates']).toBe((before['duplicates'] ?? 0) + 1);
  });
});
