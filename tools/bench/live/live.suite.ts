import { atMost, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { medianRound, percentile } from '../statistics';
import { delaysWhileAllSpoke, type HeardLine } from './heard-line';
import { hopsDuring } from './nats-hop';
import { TALK, talk, writtenAt } from './talking-agents';

const ROUNDS = 5;
const EXECUTIONS = 10;
const LINES = 80;

/** Milliseconds, 95th percentiles. */
type Round = Readonly<{ lineToFrame: number; hop: number }>;

/** From the agent's writing of a line to the frame at the watcher of its execution, beside a bare hop over the same bus at the same time. */
export async function liveSuite(say: (line: string) => void): Promise<Figures> {
  const rounds = await withPlatform(async (platform) => {
    await platform.createWorkflow(talk(LINES));
    const done: Round[] = [];
    while (done.length < ROUNDS) done.push(await oneRound(platform, say));
    return done;
  });
  const { lineToFrame, hop } = medianRound(rounds, (round) => round.lineToFrame);
  return { line_to_frame_p95_10runs: atMost({ value: lineToFrame, unit: 'ms', limit: hop, target: 50 }) };
}

async function oneRound(platform: Platform, say: (line: string) => void): Promise<Round> {
  const ids = await Promise.all(Array.from({ length: EXECUTIONS }, () => platform.execute(TALK)));
  const listening = Promise.all(ids.map((id) => heardLines(platform, id)));
  const [executions, hops] = await hopsDuring(platform.processes.servers.nats.url, listening);

  const delays = delaysWhileAllSpoke(executions);
  if (delays.length === 0) throw new Error('the executions did not run at the same time');
  say(`${delays.length} lines to frames: ${summary(delays)}; ${hops.length} bare hops: ${summary(hops)}`);
  return { lineToFrame: percentile(delays, 0.95), hop: percentile(hops, 0.95) };
}

async function heardLines(platform: Platform, executionId: string): Promise<HeardLine[]> {
  const heard: HeardLine[] = [];
  for await (const { data } of platform.frames(executionId)) {
    const heardAt = performance.timeOrigin + performance.now();
    const written = writtenAt(data);
    if (written !== undefined) heard.push({ writtenAt: written, heardAt });
  }
  return heard;
}

const summary = (ms: readonly number[]): string =>
  [0.5, 0.95, 0.99].map((share) => `p${share * 100} ${percentile(ms, share).toFixed(1)} ms`).join(', ');
