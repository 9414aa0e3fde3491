import { decodeLiveFrame, liveSubject } from '@syntropic/live';
import { connectNats, drainAndClose } from '@syntropic/messaging';
import { createLogger } from '@syntropic/observability';
import { executionFeedProjection } from '@syntropic/orchestration/read-model';
import { eventually, useDatabase, useNats } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { LiveFeed } from './live-feed';

let connection: NatsConnection;
let feed: LiveFeed;
let shown: [previous: number, position: number][];

afterAll(() => drainAndClose(connection));
const database = useDatabase();
const server = useNats();

const { pino: log } = createLogger('spec', { destination: { write: () => undefined } });
const executionId = 'exec-0123456789ab';

beforeAll(async () => {
  connection = await connectNats({ url: server.url, name: 'spec' });
  connection.subscribe(liveSubject(executionId), {
    callback: (_, { data }) => {
      const frame = decodeLiveFrame(data);
      if (frame.lane === 'domain')
        shown.push(...frame.events.map(({ position }) => [frame.previous, position] as [number, number]));
    },
  });
  await connection.flush();
});
beforeEach(async () => {
  shown = [];
  feed = new LiveFeed(database.pool, connection, log);
  await database.pool.query(`truncate ${executionFeedProjection.table}`);
});

const rowOf = (position: number) => ({
  feed_id: String(position).padStart(16, '0'),
  execution_id: executionId,
  event_position: position,
  type: 'PhaseStarted',
  recorded_at: '2026-01-02T03:04:05.006Z',
  data: {},
});

async function inTable(...positions: readonly number[]): Promise<void> {
  await database.pool.query(
    `insert into ${executionFeedProjection.table} select (jsonb_populate_record(null::${executionFeedProjection.table}, row)).*
     from jsonb_array_elements($1) row`,
    [JSON.stringify(positions.map((position) => ({ ...rowOf(position), position })))],
  );
}

/** Tells of a commit of rows at these positions, for all events behind `from`, up to `to`. */
function committed(from: number, to: number, ...positions: readonly number[]): void {
  const { name: projection, version } = executionFeedProjection;
  feed.advanced(
    [{ projection, version, storeEpoch: 'now', position: to, cachedPosition: to, cacheEpoch: null }],
    [
      {
        owned: { projection: executionFeedProjection },
        from,
        to,
        changed: new Map(positions.map((position) => [rowOf(position).feed_id, { position, row: rowOf(position) }])),
      },
    ],
  );
}

describe('the live feed', () => {
  it('publishes the rows of a commit without reading them, each with the position before it', async () => {
    await inTable(3);
    committed(5, 9, 6, 8);
    committed(9, 12, 12);

    await eventually(() => shown.length === 3);
    expect(shown).toEqual([
      [3, 6],
      [6, 8],
      [8, 12],
    ]);
  });

  it('reads what was committed before from the table', async () => {
    committed(5, 6, 6);
    await eventually(() => shown.length === 1);
    await inTable(6, 7, 9);
    committed(8, 9, 9);

    await eventually(() => shown.length === 3);
    expect(shown).toEqual([
      [0, 6],
      [6, 7],
      [7, 9],
    ]);
  });

  it('reads the rows of commits from the table when too many wait', async () => {
    const positions = [1, 2, 3, 4, 5, 6, 7, 8];
    await inTable(...positions);
    for (const position of positions) committed(position - 1, position, position);

    await eventually(() => shown.length === positions.length);
    expect(shown).toEqual(positions.map((position) => [position - 1, position]));
  });
});
