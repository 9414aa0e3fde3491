import { atMost, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { bareStartSeconds } from '../private-servers';
import { medianRound } from '../statistics';
import { residentMegabytes } from '../process-family';

const ROUNDS = 3;
const WORKFLOW = 'one-run';

/** A workflow that uses every service. */
const ONE_RUN = `
id: ${WORKFLOW}
name: One run
requires_repos: false
agent: {provider: simulated}
phases:
  - {id: only, name: Only, order: 1, prompt_template: Go.}
`;

type Round = Readonly<{
  startSeconds: number;
  bareStartSeconds: number;
  megabytes: number;
  serversMegabytes: number;
}>;

/** The time from `npm start` on new data until it is ready, and the memory it then uses, beside its servers alone. */
export async function startSuite(print: (line: string) => void): Promise<Figures> {
  const rounds: Round[] = [];
  while (rounds.length < ROUNDS) rounds.push(await oneRound(print));

  const start = medianRound(rounds, ({ startSeconds }) => startSeconds);
  const memory = medianRound(rounds, ({ megabytes }) => megabytes);
  return {
    start_to_ready: atMost({ value: start.startSeconds, unit: 's', limit: start.bareStartSeconds, target: 20 }),
    resident_memory: atMost({ value: memory.megabytes, unit: 'MB', limit: memory.serversMegabytes, target: 900 }),
  };
}

async function oneRound(print: (line: string) => void): Promise<Round> {
  const bare = await bareStartSeconds();
  return withPlatform(async (platform) => {
    await runOnce(platform);
    const { pid, services, servers } = platform.processes;
    const { postgres, nats, redis } = servers;
    const megabytes = await residentMegabytes([pid]);
    const serversMegabytes = await residentMegabytes([postgres.pid, nats.pid, redis.pid]);

    const parts = Object.entries({ ...servers, ...services }).map(
      async ([name, part]) => `${name} ${(await residentMegabytes([part.pid])).toFixed(0)} MB`,
    );
    print(`ready after ${platform.startSeconds.toFixed(1)} s, servers alone ${bare.toFixed(1)} s`);
    print(`resident ${megabytes.toFixed(0)} MB: ${(await Promise.all(parts)).join(', ')}`);
    return { startSeconds: platform.startSeconds, bareStartSeconds: bare, megabytes, serversMegabytes };
  });
}

async function runOnce(platform: Platform): Promise<void> {
  await platform.createWorkflow(ONE_RUN);
  const seen: string[] = [];
  for await (const { event } of platform.frames(await platform.execute(WORKFLOW))) seen.push(event);
  if (seen.at(-1) !== 'ExecutionCompleted') throw new Error(`the execution ended with ${seen.at(-1) ?? 'nothing'}`);
}
