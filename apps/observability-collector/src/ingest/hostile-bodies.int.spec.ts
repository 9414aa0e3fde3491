import { compress } from '@bokuweb/zstd-wasm';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { collected, useIngestion } from '../testing/ingest.fixture';
import { attributes, log, logs, messageOf } from '../testing/otlp-messages';
import { unzstd } from './zstd';

const { send, sendEvents, collectors, rows } = useIngestion();

// The decompression makes the library ready, which must happen once.
beforeAll(() => unzstd(Buffer.from('28b52ffd04581100007b7dd194f27a', 'hex'), 10));

const ROUTES = ['/events', '/hooks', '/v1/logs', '/v1/metrics', '/v1/traces'];
const TYPES = ['application/json', 'application/x-ndjson', 'application/x-protobuf'];

/** Bodies that are nearly right: each is the start of a mutation. */
const GOOD: readonly Buffer[] = [
  Buffer.from(JSON.stringify({ agent_id: 'a', batch_id: 'b', events: [collected('fuzz'), collected('fuzz')] })),
  Buffer.from([collected('fuzz'), collected('fuzz')].map((event) => JSON.stringify(event)).join('\n')),
  Buffer.from(JSON.stringify({ session_id: 'fuzz', hook_event_name: 'PreToolUse', tool_use_id: 't', tool_input: {} })),
  Buffer.from(JSON.stringify(logs(log('claude_code.tool_result', { 'session.id': 'fuzz', tool_use_id: 't' })))),
  Buffer.from(
    messageOf('logs', 'Request')
      .encode(messageOf('logs', 'Request').fromObject(logs(log('x', { 'session.id': 'fuzz' }))))
      .finish(),
  ),
];

/** A body with bytes cut off, changed, doubled, or of another kind. */
const Mutated = fc
  .record({
    good: fc.constantFrom(...GOOD),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), { maxLength: 5 }),
  })
  .map(({ good, cut, bytes }) => {
    const body = Buffer.from(good.subarray(0, cut < 0.5 ? good.length : Math.ceil(good.length * cut)));
    for (const [at, byte] of bytes) body[Math.floor(at * body.length)] = byte;
    return body;
  });

/** JSON whose fields have the right names and any values. */
const WronglyTyped = fc
  .dictionary(
    fc.constantFrom(
      'agent_id',
      'batch_id',
      'events',
      'session_id',
      'hook_event_name',
      'event_type',
      'resourceLogs',
      'resourceSpans',
      'resourceMetrics',
    ),
    fc.oneof(
      fc.jsonValue(),
      fc.array(
        fc.dictionary(
          fc.constantFrom(
            'event_id',
            'event_type',
            'session_id',
            'timestamp',
            'data',
            'scopeLogs',
            'scopeSpans',
            'scopeMetrics',
          ),
          fc.oneof(
            fc.jsonValue(),
            fc.constantFrom('token_usage', 'session_summary', 'tool_execution_started'),
            fc.date({ noInvalidDate: true }),
          ),
        ),
      ),
    ),
  )
  .map((value) => Buffer.from(JSON.stringify(value)));

const Encoded = fc.oneof(
  Mutated,
  WronglyTyped,
  fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
);

const ENCODINGS: Readonly<Record<string, (body: Buffer) => Uint8Array>> = {
  identity: (body) => body,
  gzip: (body) => gzipSync(body),
  'gzip ': (body) => gzipSync(body).subarray(0, 20),
  zstd: (body) => (body.length === 0 ? body : compress(body, 3)),
  'zstd ': (body) => body,
  deflate: (body) => body,
};

describe('a body of any bytes', () => {
  it(
    'is stored, set apart or refused, and is never a fault of the collector',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...ROUTES),
          fc.constantFrom(...TYPES),
          fc.constantFrom(...Object.keys(ENCODINGS)),
          Encoded,
          async (route, type, encoding, body) => {
            const encoded = ENCODINGS[encoding]?.(body) ?? body;
            const headers = { 'content-type': type, 'content-encoding': encoding.trim() };
            const { status } = await send(route, { body: encoded, headers });
            expect([200, 400, 413, 415, 422]).toContain(status);
          },
        ),
        { numRuns: Number(process.env['INGEST_FUZZ_RUNS'] ?? 400) },
      ),
    600_000,
  );

  it('leaves the collector serving others', async () => {
    const session = randomUUID();
    await expect(sendEvents([collected(session)])).resolves.toMatchObject({ status: 200, body: { accepted: 1 } });
  });
});

describe('types named like a member of every object', () => {
  it.each(['constructor', 'toString', '__proto__'])('are unknown like others: %s', async (name) => {
    const session = randomUUID();
    const hook = { session_id: session, hook_event_name: name };

    await expect(sendEvents([collected(session, { event_type: name }), collected(session)])).resolves.toMatchObject({
      status: 200,
      body: { accepted: 2 },
    });
    await expect(send('/hooks', { body: JSON.stringify(hook) })).resolves.toMatchObject({ status: 200 });
    expect((await rows(session)).map(({ type }) => type).toSorted()).toEqual(['git_commit', 'unknown', 'unknown']);
  });
});

describe('clocks that are wrong', () => {
  it('put events at most ten minutes ahead, and set older ones than a week apart', async () => {
    const session = randomUUID();
    const at = (ms: number) => collected(session, { timestamp: new Date(Date.now() + ms).toISOString() });
    const far = [
      collected(session, { timestamp: '9999-12-31T23:59:59Z' }),
      collected(session, { timestamp: '0001-01-01T00:00:00Z' }),
    ];
    await expect(
      sendEvents([at(0), at(86_400_000), at(-6 * 86_400_000), at(-8 * 86_400_000), ...far]),
    ).resolves.toMatchObject({
      body: { accepted: 4, quarantined: 2 },
    });
    const { rows: ahead } = await collectors.database.pool.query<{ is_near: boolean }>(
      `select time < clock_timestamp() + interval '11 minutes' as is_near from telemetry.events where session_id = $1`,
      [session],
    );
    expect(ahead.every(({ is_near }) => is_near)).toBe(true);
  });
});

describe('ids that were used before', () => {
  it('are one row in any number of batches at the same time', async () => {
    const session = randomUUID();
    const event = collected(session);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, batch) => sendEvents([event, event], { batch_id: `b${batch}` })),
    );
    const counts = answers.map(({ body }) => body as { accepted: number; duplicates: number });
    expect(counts.map(({ accepted }) => accepted).reduce((a, b) => a + b)).toBe(1);
    expect(counts.map(({ duplicates }) => duplicates).reduce((a, b) => a + b)).toBe(39);
    await expect(rows(session)).resolves.toHaveLength(1);
  });
});

describe('very many sessions', () => {
  it('leave nothing in the memory of the collector', async () => {
    const count = Number(process.env['INGEST_SESSIONS'] ?? 20_000);
    const batch = () => sendEvents(Array.from({ length: 2_500 }, () => collected(randomUUID())));
    const heap = () => {
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    await batch();
    const before = heap();
    for (let sent = 0; sent < count; sent += 2_500) {
      await expect(batch()).resolves.toMatchObject({ status: 200, body: { accepted: 2_500 } });
    }
    // Without a collector of garbage at hand only a leak of whole batches would show.
    expect(heap() - before).toBeLessThan(200 * 1024 * 1024);
  }, 600_000);

  it('of faulty events are set apart as fast as they come', async () => {
    const session = randomUUID();
    const faulty = Array.from({ length: 2_000 }, () => collected(session, { timestamp: 'never' }));
    await expect(sendEvents([collected(session), ...faulty])).resolves.toMatchObject({
      status: 200,
      body: { accepted: 1, quarantined: 2_000 },
    });
  }, 60_000);
});

it('an attribute list of any length is bounded', async () => {
  const session = randomUUID();
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 'v']));
  const record = {
    ...log('wide', { 'session.id': session }),
    attributes: attributes({ 'session.id': session, ...many }),
  };
  await expect(send('/v1/logs', { body: JSON.stringify(logs(record)) })).resolves.toMatchObject({ status: 200 });
  const [row] = await rows(session);
  expect(Object.keys(row?.data['log_attrs'] ?? {})).toHaveLength(50);
});
