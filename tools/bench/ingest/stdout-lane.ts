import { connectNats, drainAndClose } from '@syntropic/messaging';
import { CollectorClient, SessionParser } from '@syntropic/telemetry';
import type { NatsConnection } from 'nats';
import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { stated, timesAtLeast, type Figures } from '../figure';
import { ownCpuMilliseconds } from '../process-family';
import { perSecond } from './per-second';

const SESSIONS = 16;
const LINES = 4_000;
const LINES_OF_BATCH = 250;
const RATE = 10_000;
/** A reader of all messages costs the bus as much as the lane, so it listens to a part of its own. */
const COUNTED_LINES = 1_000;

type Lane = Readonly<{ bus: string; pid: number }>;

/** Lines of agents: parsed, sent over the bus, and durable. The bench is the runner. */
export async function stdoutLane({ bus, pid }: Lane, print: (line: string) => void): Promise<Figures> {
  const nats = await connectNats({ url: bus, name: 'bench' });
  const client = new CollectorClient(nats);
  const [ours, before] = [process.cpuUsage(), await ownCpuMilliseconds(pid)];
  const value = await perSecond(SESSIONS * LINES, () => send(client, LINES));
  const collector = (await ownCpuMilliseconds(pid)) - before;
  const { user, system } = process.cpuUsage(ours);
  const messages = await messagesDuring(nats, () => send(client, COUNTED_LINES));
  client.close();
  await drainAndClose(nats);
  print(`lines/s: ${value.toFixed(0)}, load ${loadavg()[0]?.toFixed(1) ?? ''}`);
  const perThousand = (amount: number, lines: number) => (amount * 1_000) / (SESSIONS * lines);
  const [milliseconds, sent] = ['ms per 1,000 lines', 'messages per 1,000 lines'];
  return {
    stdout_lane_rate: timesAtLeast({ value, limit: RATE, unit: 'lines/s', target: 1 }),
    stdout_lane_messages: stated({ value: perThousand(messages, COUNTED_LINES), unit: sent }),
    stdout_lane_collector_cpu: stated({ value: perThousand(collector, LINES), unit: milliseconds }),
    stdout_lane_sender_cpu: stated({ value: perThousand((user + system) / 1_000, LINES), unit: milliseconds }),
  };
}

/** All messages on the bus: batches, their deliveries, acknowledgements and replies. */
async function messagesDuring(nats: NatsConnection, work: () => Promise<unknown>): Promise<number> {
  let messages = 0;
  const all = nats.subscribe('>', {
    callback: () => {
      messages++;
    },
  });
  await nats.flush();
  await work();
  await nats.flush();
  all.unsubscribe();
  return messages;
}

const send = (client: CollectorClient, lines: number): Promise<unknown> =>
  Promise.all(Array.from({ length: SESSIONS }, () => sendLines(client, lines)));

async function sendLines(client: CollectorClient, lines: number): Promise<void> {
  const sessionId = randomUUID();
  const executionId = `exec-${sessionId.slice(-12)}`;
  const parser = new SessionParser(
    { sessionId, executionId, phaseId: 'bench', startedAt: new Date().toISOString() },
    'text',
  );
  for (let first = 1; first <= lines; first += LINES_OF_BATCH) {
    const events = Array.from({ length: LINES_OF_BATCH }, (_, index) => {
      const text = `line ${first + index} of an agent that prints what it does`;
      return parser.line(text, first + index, new Date().toISOString());
    }).flat();
    const [lease, lastLine] = [{ sessionId, token: 1 }, first + LINES_OF_BATCH - 1];
    await client.sendBatch({ sessionId, executionId, lease, firstLine: first, lastLine, events });
  }
}
