import { EventAppender } from '@syntropic/event-store';
import type { Actor } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import type { Json } from './call';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const ADA: Actor = { kind: 'user', id: 'oidc:ada' };
const KEY: Actor = { kind: 'key', id: 'key-0123456789ab' };
const SERVICE: Actor = { kind: 'service', id: 'run-phases' };

/** Appends events of one caller to a new stream. */
async function act(actor: Actor, aggregate: string, types: readonly string[]) {
  const [stream, id] = [`${aggregate}-${randomUUID()}`, randomUUID()];
  const events = types.map((type) => ({ type, data: {} }));
  const context = { commandId: id, correlationId: `c-${id}`, causationId: id, actor, bodyHash: '' };
  const outcome = await new EventAppender(gateway.database.pool).append({ stream, expected: 0, events, context });
  expect(outcome.is).toBe('appended');
  return { stream, id };
}

type Page = Readonly<{ entries: readonly Json[]; next_cursor: string | null }>;

async function audit(query: Readonly<Record<string, string>> = {}): Promise<Page> {
  const { status, body } = await gateway.call('GET', `/api/audit?${new URLSearchParams(query).toString()}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body as Page;
}

/** All entries, page by page. */
async function entriesOf(query: Readonly<Record<string, string>> = {}): Promise<readonly Json[]> {
  const entries: Json[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Page = await audit({ ...query, ...(cursor !== undefined && { cursor }) });
    entries.push(...page.entries);
    cursor = page.next_cursor;
  }
  return entries;
}

const typesIn = (entries: readonly Json[]) => entries.map(({ event_type }) => event_type);
const pastOf = (entry: Json | undefined) => String(entry?.['recorded_at']);

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
    const { entries, next_cursor } = await audit();

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
    const { next_cursor: cursor } = await audit({ limit: '2' });
    await act(KEY, 'workflow', ['later']);
    expect(typesIn((await audit({ cursor: cursor ?? '' })).entries)).toEqual(['A2', 'A1']);
  });

  it('goes on behind many events that do not match', async () => {
    const old = await act(KEY, 'artifact', ['rare']);
    await act(ADA, 'workflow', Array<string>(6_000).fill('many'));
    const first = await audit({ aggregate: old.stream });
    expect(first.entries).toEqual([]);
    expect(first.next_cursor).not.toBeNull();

    expect(typesIn(await entriesOf({ aggregate: old.stream }))).toEqual(['rare']);
    expect(typesIn((await audit({ actor: 'key:key-0123456789ab', limit: '1' })).entries)).toEqual(['rare']);
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

  it('reads the indexes of callers, however many events services have', async () => {
    const { pool } = gateway.database;
    const planOf = async (condition: string) => {
      const { rows } = await pool.query<Record<string, string>>(
        `explain select * from log.events where metadata #>> '{actor,kind}' <> 'service' and position < 9000 ${condition}
         order by position desc limit 100`,
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    };
    await pool.query('analyze log.events');

    expect(await planOf('')).toMatch(/Index Scan Backward using events_of_callers/);
    expect(
      await planOf(`and metadata #>> '{actor,kind}' = 'key' and metadata #>> '{actor,id}' = 'key-0123456789ab'`),
    ).toMatch(/events_by_caller/);
  });
});
