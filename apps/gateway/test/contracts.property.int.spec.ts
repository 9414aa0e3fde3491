import { CONTRACTS } from '@syntropic/catalogue/contracts';
import { READ_MODELS, WIRE_EVENTS } from '@syntropic/catalogue/read-model';
import { PostgresEventLog, Relay } from '@syntropic/event-store';
import { DomainError, jsonBytes, type AnyContract, type Event } from '@syntropic/kernel';
import { decodeLiveFrame, encodeLiveFrame, EventDataFaults } from '@syntropic/live';
import { DOMAIN_EVENTS, logPositionOf, recordedOf } from '@syntropic/messaging';
import { eventually } from '@syntropic/testing';
import { domainFrameData } from '../src/live/domain-frame';
import { frameText } from '../src/live/event-stream-text';
import { PlainFrames } from '../src/live/plain/plain-frames';
import { idsOfRound, ROUNDS_BY_NAME, withIds, type Ids } from './accepted-events';
import { useEventStreams } from './event-stream-client';
import { useGateway } from './gateway.fixture';

const relayed = new AbortController();
let relaying: Promise<void>;
// Registered before the servers' own hooks.
afterAll(async () => {
  relayed.abort();
  await relaying;
});
const gateway = useGateway();
const open = useEventStreams();

const MIB = 1024 * 1024;
const MAX_BYTES = 4 * MIB;
const MAX_USD = 999_999_999;
const STREAMED = ['round 0', 'the largest sums', 'the largest texts'];
/** Rows of this size take longer than a request waits. */
const PATIENCE = { within: 60_000 };

const REMOVED = 'the last event of its aggregate removes the row';
/** The read models that have no row after these events, each with the reason. */
const WITHOUT_ROWS: Readonly<Record<string, string>> = {
  artifact: REMOVED,
  organization: REMOVED,
  repo: REMOVED,
  system: REMOVED,
  audit_entry: 'a service has recorded these events',
  repo_execution: 'the executions name no repository of GitHub',
  repo_session: 'the sessions name no repository of GitHub',
};

beforeAll(() => {
  const { pool } = gateway.database;
  const contexts = new Map<string, string>(CONTRACTS.map(({ aggregate, context }) => [aggregate, context]));
  const contextOf = (aggregate: string) => contexts.get(aggregate) ?? aggregate;
  const relay = new Relay(pool, new PostgresEventLog(pool), gateway.nats, { contextOf, replicas: 1 });
  relaying = relay.run(relayed.signal);
});

/** Records the events one by one, and answers the position of the last one that was not refused. */
async function record(contract: AnyContract, ids: Ids, events: readonly Event[]) {
  const stream = `${contract.aggregate}-${ids[contract.key as keyof Ids]}`;
  let [position, minPosition, refused] = [0, '', 0];
  for (const event of events) {
    try {
      ({ position, minPosition } = await gateway.record(stream, [withIds(ids, event)], ids.executionId));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      refused++;
    }
  }
  return { position, minPosition, refused };
}

const pathsOf = ({ executionId, workflowId, sessionId, artifactId, organizationId, systemId, repoId }: Ids) => [
  `/api/executions/${executionId}`,
  `/api/executions/${executionId}/state`,
  '/api/executions?page_size=100',
  `/api/workflows/${workflowId}`,
  '/api/workflows?page_size=100&include_archived=true',
  `/api/workflows/${workflowId}/runs`,
  `/api/workflows/${workflowId}/history`,
  `/api/sessions/${sessionId}`,
  '/api/sessions?limit=100',
  `/api/artifacts/${artifactId}?include_content=false`,
  `/api/artifacts?execution_id=${executionId}`,
  '/api/organizations',
  `/api/organizations/${organizationId}`,
  '/api/systems',
  `/api/systems/${systemId}`,
  '/api/repos',
  `/api/repos/${repoId}`,
  '/api/insights/overview',
  '/api/insights/cost',
  '/api/insights/contribution-heatmap',
  `/api/costs/sessions/${sessionId}`,
  '/api/costs/sessions?limit=200',
  `/api/costs/executions/${executionId}?include_session_ids=true`,
  '/api/costs/executions?limit=200',
  '/api/costs/summary',
  `/api/events/sessions/${sessionId}/costs`,
  `/api/observability/sessions/${sessionId}/tokens`,
  `/api/conversations/${sessionId}/metadata`,
  '/api/metrics',
  `/api/metrics?workflow_id=${workflowId}`,
];

const read = (path: string, minPosition: string) =>
  eventually(async () => {
    const response = await fetch(`${gateway.url}${path}`, { headers: { 'x-min-position': minPosition } });
    const text = await response.text();
    const { status } = response;
    return status !== 503 && { path, status, isWithinBounds: Buffer.byteLength(text) <= MAX_BYTES, text };
  }, PATIENCE);

/** The fields with numbers that a client cannot read exactly, and with sums of money beyond the most. */
function inexact(value: unknown, path = ''): readonly string[] {
  const isTooMuch = /cost_usd$|\.cost_by_model\.[^.]*$/.test(path) && Number(value) > MAX_USD;
  const isUnsafe = typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
  if (isTooMuch || isUnsafe) return [`${path}: ${String(value)}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]) => inexact(inner, `${path}.${field}`));
}

/** The bytes of the longest frame of a stream that is received to its end. */
async function longestFrame(executionId: string, lastEventId?: string): Promise<number> {
  const stream = open(`${gateway.url}/api/executions/${executionId}/stream`, lastEventId);
  await eventually(() => stream.hasEnded || stream.isBroken, PATIENCE);
  expect({ status: stream.status, isBroken: stream.isBroken }).toEqual({ status: 200, isBroken: false });
  expect(stream.frames.length).toBeGreaterThan(1);
  return Math.max(...stream.frames.map(({ data }) => jsonBytes(data)));
}

describe('every event that a contract accepts', () => {
  it.each(ROUNDS_BY_NAME)('is stored, folded and read back: %s', async (name, round) => {
    const ids = idsOfRound();
    const before = await new PostgresEventLog(gateway.database.pool).head();
    let minPosition = '';
    for (const [index, contract] of CONTRACTS.entries()) {
      const recorded = await record(contract, ids, round[index] ?? []);
      expect(recorded.refused).toBe(0);
      ({ minPosition } = recorded);
    }

    for (const path of pathsOf(ids)) {
      const { text, ...answer } = await read(path, minPosition);
      const deleted = [ids.organizationId, ids.systemId, ids.repoId, `${ids.artifactId}?include_content=false`];
      const isGone = deleted.some((end) => path.endsWith(end));
      expect({ ...answer, ...(answer.status >= 500 && { text }) }).toEqual({
        path,
        status: isGone ? 404 : 200,
        isWithinBounds: true,
      });
      expect(inexact(JSON.parse(text), path)).toEqual([]);
    }
    const { rows } = await gateway.database.pool.query(
      'select projection, error from read.checkpoints where error is not null',
    );
    expect(rows).toEqual([]);

    if (!STREAMED.includes(name)) return;
    const fromFirst = `${before.epoch}.${before.position}-0`;
    const frames = await Promise.all([longestFrame(ids.executionId), longestFrame(ids.executionId, fromFirst)]);
    expect(Math.max(...frames)).toBeLessThanOrEqual(MAX_BYTES);
  });

  it('is encoded on every wire within its bounds', () => {
    const faulty: string[] = [];
    const faults = new EventDataFaults((message) => faulty.push(message));
    const encoders = new Map(WIRE_EVENTS.map((wire) => [wire.type, wire]));
    const plain = new PlainFrames();
    const events = ROUNDS_BY_NAME.flatMap(([, round]) => round.flat());
    expect(Math.max(...events.map(({ data }) => jsonBytes(data)))).toBeGreaterThan(1.9e6);
    for (const { type, data } of events) {
      const recorded = { type, data: { ...data }, recordedAt: '2026-01-01T00:00:00.000Z' };
      encoders.get(type)?.dataOf(recorded, faults);
      const frame = { lane: 'domain', previous: 1, events: [{ position: 2, ...recorded }] } as const;
      expect(decodeLiveFrame(Buffer.from(encodeLiveFrame(frame)))).toEqual(JSON.parse(JSON.stringify(frame)));

      const unnamed = plain.frameOf(recorded, 'exec-0123456789ab');
      const texts = [{ event: type, data: domainFrameData(recorded) }, ...(unnamed ? [unnamed] : [])].map(frameText);
      for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BYTES);
    }
    expect(faulty).toEqual([]);
  });

  it('has reached every read model that folds it', async () => {
    const { pool } = gateway.database;
    const { position: head } = await new PostgresEventLog(pool).head();
    await eventually(async () => {
      const { rows: reached } = await pool.query<{ name: string }>(
        `select projection || '_v' || version as name from read.checkpoints where position >= $1`,
        [head],
      );
      const names = reached.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(READ_MODELS.map(({ name, version }) => `${name}_v${version}`)));
      return true;
    }, PATIENCE);

    const rows = await Promise.all(
      READ_MODELS.map(async ({ name, table }) => {
        const found = await pool.query<{ found: boolean }>(`select exists (select from ${table}) as found`);
        return [name, found.rows[0]?.found] as const;
      }),
    );
    expect(rows.flatMap(([name, found]) => (found || name in WITHOUT_ROWS ? [] : [name]))).toEqual([]);
  });

  it('is relayed as it was recorded', async () => {
    const { pool } = gateway.database;
    const { position: head } = await new PostgresEventLog(pool).head();
    const manager = await gateway.nats.jetstreamManager();
    const last = async () => {
      const { header } = await manager.streams.getMessage('DOMAIN', { last_by_subj: DOMAIN_EVENTS });
      return logPositionOf(header).position;
    };
    await eventually(async () => (await last()) === head, PATIENCE);

    const positions: number[] = [];
    const consumer = await gateway.nats.jetstream().consumers.get('DOMAIN', {});
    for await (const message of await consumer.consume({ max_messages: 10 })) {
      const event = recordedOf(message);
      const { rows } = await pool.query<{ data: object }>('select data from log.events where position = $1', [
        event.position,
      ]);
      expect('dataref' in event ? undefined : event.data).toEqual(rows[0]?.data);
      positions.push(event.position);
      if (message.info.pending === 0) break;
    }
    expect(positions).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  });

  it('is refused with its reason where the log cannot hold it', async () => {
    const ids = idsOfRound();
    const data = { ...ids, name: 'a\0b', slug: 'a', createdBy: 'api' };
    const event = { type: 'OrganizationCreated', data };

    await expect(gateway.record(`organization-${ids.organizationId}`, [event])).rejects.toMatchObject({
      code: 'event.not_storable',
    });
  });
});
