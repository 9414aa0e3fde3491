import { createDatabase, type OwnDatabase } from '@syntropic/testing';
import { Child, freePort } from '@syntropic/testing/servers';
import { connectNats, drainAndClose, ensureStreams } from '@syntropic/messaging';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client } from 'pg';
import { atMost, stated, timesAtLeast, type Figure, type Figures } from '../figure';
import { withStoreAndBus } from '../private-servers';
import { residentMegabytes } from '../process-family';
import { medianRound, percentile } from '../statistics';
import { copyLine, copyRows } from './copy-rows';
import { perSecond } from './per-second';
import { bodyOf, EVENTS_OF_BATCH, reportedEvents } from './reported-events';
import { stdoutLane } from './stdout-lane';

const COLLECTOR = join(__dirname, '../../../apps/observability-collector/src/main.js');
const READY_MS = 120_000;

const ROUNDS = 5;
const BATCHES_OF_ROUND = 80;
const IN_FLIGHT = 8;

/** The steady load: events per second, its first minute, the minutes that are measured, and the most batches without an answer. */
const STEADY = { rate: 5_000, warmUpSeconds: 60, seconds: 180, unanswered: 64 };

type Platform = Readonly<{ database: OwnDatabase; bus: string; url: string; pid: number }>;

/** Reported telemetry from HTTP to durable rows, and lines of agents over the bus, with one collector. */
export function ingestSuite(print: (line: string) => void): Promise<Figures> {
  return withStoreAndBus(async ({ store, bus }) => {
    const database = await createDatabase(store);
    const collector = await startCollector(database, bus);
    try {
      const platform = { database, bus, url: collector.url, pid: collector.child.pid };
      const rate = await ingestRate(platform, print);
      const lane = await stdoutLane(platform, print);
      return { ingest_rate: rate, ...lane, ...(await steadyLoad(platform, print)) };
    } finally {
      await collector.child.stop('SIGKILL', READY_MS);
      await database.drop();
    }
  });
}

async function startCollector(database: OwnDatabase, bus: string) {
  const nats = await connectNats({ url: bus, name: 'bench' });
  await ensureStreams(nats, { replicas: 1 });
  await drainAndClose(nats);
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = await Child.start({
    name: 'observability-collector',
    command: [process.execPath, COLLECTOR],
    env: {
      DATABASE_URL: database.urlAs('syn_collector'),
      NATS_URL: bus,
      PORT: new URL(url).port,
      REQUESTS_PER_MINUTE: '1000000',
    },
    log: join(tmpdir(), `bench-collector-${process.pid}.log`),
    onParentExit: 'SIGKILL',
  });
  await child.ready(async () => (await fetch(`${url}/health/ready`)).ok, READY_MS);
  return { child, url };
}

/** Sends until it is accepted: a full buffer, or a store that does not answer, asks to send again later. */
async function acknowledged(url: string, body: string): Promise<void> {
  for (;;) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/events`, { method: 'POST', body, headers });
    const { accepted } = (await answer.json()) as { accepted?: number };
    if (accepted === EVENTS_OF_BATCH) return;
    if (![429, 503].includes(answer.status))
      throw new Error(`${answer.status}: ${String(accepted)} events were accepted`);
    await setTimeout(1_000 * Number(answer.headers.get('retry-after') ?? 1));
  }
}

/** Beside the same rows, copied into the same table with its indexes. */
async function ingestRate({ database, url }: Platform, print: (line: string) => void): Promise<Figure> {
  const client = new Client(database.url);
  await client.connect();
  const rows = BATCHES_OF_ROUND * EVENTS_OF_BATCH;
  const rounds: Readonly<{ value: number; limit: number }>[] = [];
  while (rounds.length < ROUNDS) {
    const bodies = Array.from({ length: BATCHES_OF_ROUND }, () => bodyOf(reportedEvents()));
    const value = await perSecond(rows, () => inFlight(bodies, (body) => acknowledged(url, body)));
    const copies = Array.from({ length: BATCHES_OF_ROUND }, () => Buffer.from(reportedEvents().map(copyOf).join('')));
    const limit = await perSecond(rows, async () => {
      for (const copy of copies) await copyRows(client, COPIED, copy);
    });
    print(`events/s: reported ${value.toFixed(0)}, copied ${limit.toFixed(0)}, load ${loadavg()[0]?.toFixed(1) ?? ''}`);
    rounds.push({ value, limit });
  }
  await client.end();
  const median = medianRound(rounds, ({ value, limit }) => value / limit);
  return timesAtLeast({ ...median, unit: 'events/s', target: 0.4 });
}

const COPIED = 'telemetry.events (time, event_id, session_id, type, data)';

const copyOf = ({ event_id, event_type, session_id, timestamp, data }: ReturnType<typeof reportedEvents>[number]) =>
  copyLine([timestamp, event_id, session_id, event_type, JSON.stringify(data)]);

async function inFlight<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/** Batches at a steady rate: the time from when each is due to its acknowledgement, and the memory of the collector. */
async function steadyLoad({ url, pid }: Platform, print: (line: string) => void): Promise<Figures> {
  await steady(url, STEADY.warmUpSeconds);
  const before = await residentMegabytes([pid]);
  const times = await steady(url, STEADY.seconds);
  const after = await residentMegabytes([pid]);
  print(`collector: ${before.toFixed(0)} MB, then ${after.toFixed(0)} MB; load ${loadavg()[0]?.toFixed(1) ?? ''}`);
  const growth = ((after - before) * 60) / STEADY.seconds;
  return {
    ingest_steady_rate: stated({ value: (times.length * EVENTS_OF_BATCH) / STEADY.seconds, unit: 'events/s' }),
    collector_memory_growth: atMost({ value: Math.max(0, growth), unit: 'MB/min', target: 1 }),
    ingest_ack_p95: atMost({ value: percentile(times, 0.95), unit: 'ms', target: 250 }),
  };
}

/** The batches that are due within so many seconds; those that are due while too many are unanswered wait. */
async function steady(url: string, seconds: number): Promise<readonly number[]> {
  const everyMs = (1_000 * EVENTS_OF_BATCH) / STEADY.rate;
  const times: number[] = [];
  const since = performance.now();
  const sent = new Set<Promise<void>>();
  for (let due = since; performance.now() < since + seconds * 1_000; due += everyMs) {
    await setTimeout(Math.max(0, due - performance.now()));
    if (sent.size >= STEADY.unanswered) await Promise.race(sent);
    const answered = acknowledged(url, bodyOf(reportedEvents())).then(() => {
      times.push(performance.now() - due);
      sent.delete(answered);
    });
    sent.add(answered);
  }
  await Promise.all(sent);
  return times;
}
