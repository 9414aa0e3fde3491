import { randomUUID } from 'node:crypto';
import { useIngestion } from '../testing/ingest.fixture';
import { nanos } from '../testing/otlp-messages';

const { send, rows } = useIngestion();

describe('OTLP', () => {
  it('may name its fields in snake case', async () => {
    const session = randomUUID();
    const record = { time_unix_nano: nanos(), attributes: [{ key: 'session.id', value: { string_value: session } }] };
    const body = JSON.stringify({ resource_logs: [{ scope_logs: [{ log_records: [record] }] }] });
    await expect(send('/v1/logs', { body })).resolves.toMatchObject({ status: 200, body: {} });
    await expect(rows(session)).resolves.toMatchObject([{ type: 'otlp_log' }]);
  });

  it('answers Protobuf in Protobuf', async () => {
    const body = Buffer.from([0xff, 0xff, 0xff]);
    const headers = { 'content-type': 'application/x-protobuf' };
    const refused = await send('/v1/traces', { body, headers });
    expect(refused.status).toBe(400);
    expect(refused.headers.get('content-type')).toBe('application/x-protobuf');
    expect(refused.body).toContain('Protobuf');
    await expect(send('/v1/traces', { body: Buffer.alloc(0), headers })).resolves.toMatchObject({ status: 200 });
  });

  it.each([
    ['/v1/profiles', '{}', 404],
    ['/v1/logs', '{"resourceLogs": 1}', 422],
    ['/v1/logs', '[]', 422],
    ['/v1/metrics', '{', 400],
  ])('refuses %s %s', async (path, body, status) => {
    await expect(send(path, { body })).resolves.toMatchObject({ status });
  });

  it('refuses messages that would become too many objects, or too deep', async () => {
    const headers = { 'content-type': 'application/x-protobuf' };
    // Empty resources: two bytes each.
    const many = Buffer.alloc(4 * 1024 * 1024 - 10, Buffer.from([0x0a, 0x00]));
    await expect(send('/v1/logs', { body: many, headers })).resolves.toMatchObject({ status: 400 });

    // A list within a list, so often that a decoder cannot call itself for each.
    let value = Buffer.alloc(0);
    for (let level = 0; level < 20_000; level++) {
      const size = Buffer.from(varint(value.length));
      value = Buffer.concat([Buffer.from([level % 2 === 0 ? 0x0a : 0x2a]), size, value]);
    }
    const wrapped = (field: number, inner: Buffer) =>
      Buffer.concat([Buffer.from([field, ...varint(inner.length)]), inner]);
    const body = wrapped(0x0a, wrapped(0x12, wrapped(0x12, wrapped(0x2a, value))));
    await expect(send('/v1/logs', { body, headers })).resolves.toMatchObject({ status: 400 });
  });
});

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}
