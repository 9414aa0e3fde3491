import { atMost, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { medianRound, percentile } from '../statistics';
import { hopsDuring } from './nats-hop';
import { delaysWhileAllActive, type ReceivedLine } from './received-line';
import { TIMESTAMPED, timestampedWorkflow, writtenAt } from './timestamped-workflow';

const ROUNDS = 5;
const EXECUTIONS = 10;
const LINES = 80;

/** Milliseconds, 95th percentiles. */
type Round = Readonly<{ lineToFrame: number; hop: number }>;

/** The delay from an agent's line to the frame at a client, beside a bare hop over the same bus at the same time. */
export async function liveSuite(print: (line: string) => void): Promise<Figures> {
  const rounds = await withPlatform(async (platform) => {
    await platform.createWorkflow(timestampedWorkflow(LINES));
    const done: Round[] = [];
    while (done.length < ROUNDS) done.push(await oneRound(platform, print));
    return done;
  });
  const { lineToFrame, hop } = medianRound(rounds, (round) => round.lineToFrame);
  return { line_to_frame_p95_10runs: atMost({ value: lineToFrame, unit: 'ms', limit: hop, target: 50 }) };
}

async function oneRound(platform: Platform, print: (line: string) => void): Promise<Round> {
  const ids = await Promise.all(Array.from({ length: EXECUTIONS }, () => platform.execute(TIMESTAMPED)));
  const receiving = Promise.all(ids.map((id) => receivedLines(platform, id)));
  const [executions, hops] = await hopsDuring(platform.processes.servers.nats.url, receiving);

  const delays = delaysWhileAllActive(executions);
  if (delays.length === 0) throw new Error('the executions did not run at the same time');
  print(`${delays.length} lines to frames: ${summary(delays)}; ${hops.length} bare hops: ${summary(hops)}`);
  return { lineToFrame: percentile(delays, 0.95), hop: percentile(hops, 0.95) };
}

async function receivedLines(platform: Platform, executionId: string): Promise<ReceivedLine[]> {
  const lines: ReceivedLine[] = [];
  for await (const { data } of platform.frames(executionId)) {
    const receivedAt = performance.timeOrigin + performance.now();
    const written = writtenAt(data);
    if (written !== undefined) lines.push({ writtenAt: written, receivedAt });
  }
  return lines;
}

const summary = (ms: readonly number[]): string =>
  [0.5, 0.95, 0.99].map((share) => `p${share * 100} ${percentile(ms, share).toFixed(1)} ms`).join(', ');
