import type { Actor } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import { auditOf, pastOf, typesIn } from './audit.fixture';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();
const { act, page, entriesOf } = auditOf(gateway);

const ADA: Actor = { kind: 'user', id: 'oidc:ada' };
const KEY: Actor = { kind: 'key', id: 'key-0123456789ab' };
const SERVICE: Actor = { kind: 'service', id: 'run-phases' };

describe('the audit', () => {
  const told: Record<string, { stream: string; id: string }> = {};
  beforeAll(async () => {
    told['first'] = await act(ADA, 'workflow', ['A1', 'A2']);
    await act(SERVICE, 'execution', ['S1']);
    told['second'] = await act(KEY, 'execution', ['K1']);
    await act(SERVICE, 'execution', ['S2']);
    told['third'] = await act(ADA, 'execution', ['A3']);
  });

  it('shows the events of callers, newest first, with their commands', async () => {
    const { entries, next_cursor } = await page();

    expect(typesIn(entries)).toEqual(['A3', 'K1', 'A2', 'A1']);
    expect(next_cursor).toBeNull();
    expect(entries[1]).toMatchObject({
      actor: KEY,
      aggregate: told['second']?.stream,
      command_id: told['second']?.id,
      correlation_id: `c-${told['second']?.id ?? ''}`,
      execution_id: null,
      position: 4,
      recorded_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
  });

  it('can be asked for a caller, a kind of aggregate, and one stream', async () => {
    expect(typesIn(await entriesOf({ actor: 'user:oidc:ada' }))).toEqual(['A3', 'A2', 'A1']);
    expect(typesIn(await entriesOf({ actor: 'key:key-0123456789ab' }))).toEqual(['K1']);
    expect(typesIn(await entriesOf({ actor: 'user:oidc' }))).toEqual([]);
    expect(typesIn(await entriesOf({ aggregate: 'execution' }))).toEqual(['A3', 'K1']);
    expect(typesIn(await entriesOf({ aggregate: 'exec' }))).toEqual([]);
    expect(typesIn(await entriesOf({ aggregate: told['first']?.stream ?? '' }))).toEqual(['A2', 'A1']);
    expect(typesIn(await entriesOf({ actor: 'user:oidc:ada', aggregate: 'execution' }))).toEqual(['A3']);
  });

  it('can be asked for a time, from its beginning and without its end', async () => {
    const [third, second, , first] = await entriesOf();
    const sinceSecond = (await entriesOf()).filter((entry) => pastOf(entry) >= pastOf(second));
    const untilThird = (await entriesOf()).filter((entry) => pastOf(entry) < pastOf(third));

    expect(await entriesOf({ from: pastOf(second) })).toEqual(sinceSecond);
    expect(await entriesOf({ to: pastOf(third) })).toEqual(untilThird);
    expect(await entriesOf({ from: '2999-01-01T00:00:00Z' })).toEqual([]);
    expect(await entriesOf({ to: pastOf(first) })).toEqual([]);
    expect(await entriesOf({ from: '0001-01-01T00:00:00Z', to: '9999-01-01T00:00:00Z' })).toHaveLength(4);
  });

  it('is read in pages that neither repeat nor leave out', async () => {
    for (const limit of ['1', '2', '3']) {
      expect(typesIn(await entriesOf({ limit }))).toEqual(['A3', 'K1', 'A2', 'A1']);
      expect(typesIn(await entriesOf({ limit, aggregate: 'workflow' }))).toEqual(['A2', 'A1']);
    }
    const { next_cursor: cursor } = await page({ limit: '2' });
    await act(KEY, 'workflow', ['later']);
    expect(typesIn((await page({ cursor: cursor ?? '' })).entries)).toEqual(['A2', 'A1']);
  });

  it('goes on behind many events that do not match', async () => {
    const old = await act(KEY, 'artifact', ['rare']);
    await act(ADA, 'workflow', Array<string>(6_000).fill('many'));
    const first = await page({ aggregate: old.stream });
    expect(first.entries).toEqual([]);
    expect(first.next_cursor).not.toBeNull();

    expect(typesIn(await entriesOf({ aggregate: old.stream }))).toEqual(['rare']);
    expect(typesIn((await page({ actor: 'key:key-0123456789ab', limit: '1' })).entries)).toEqual(['rare']);
  });

  it.each([
    ['actor', 'ada'],
    ['actor', 'service:run-phases'],
    ['from', 'yesterday'],
    ['limit', '1001'],
    ['aggregate', ''],
  ])('refuses %s=%s', async (field, value) => {
    expect(await gateway.call('GET', `/api/audit?${field}=${value}`)).toMatchObject({ status: 422, body: { field } });
  });

  it('refuses a cursor that it has not given', async () => {
    const other = `${randomUUID()}.7`;

    expect(await gateway.call('GET', '/api/audit?cursor=x')).toMatchObject({ status: 422 });
    expect(await gateway.call('GET', `/api/audit?cursor=${other}`)).toMatchObject({
      status: 409,
      body: { code: 'position.other_epoch' },
    });
  });

  it('reads the index of a caller', async () => {
    const { pool } = gateway.database;
    await pool.query('analyze read.audit_entry_v1');
    const { rows } = await pool.query<Record<string, string>>(
      `explain select * from read.audit_entry_v1 where actor_kind = 'key' and actor_id = 'key-0123456789ab'
       order by entry_id desc limit 100`,
    );
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/audit_entry_v1_actor_kind_actor_id_entry_id_idx/);
  });

  it('costs the append no index', async () => {
    const { rows } = await gateway.database.pool.query<{ name: string }>(
      `select indexname as name from pg_indexes where schemaname = 'log' and tablename = 'events' order by name`,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'events_event_id_key',
      'events_pkey',
      'events_stream_id_version_key',
    ]);
  });
});
