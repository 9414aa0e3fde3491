import { ScriptedModels } from '@syntropic/testing';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { atMost, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { medianRound, percentile } from '../statistics';
import { CALLING, callingWorkflow, curlCalls, millisecondsIn } from './calling-workflow';
import { sandboxMedians } from './sandboxes';

const run = promisify(execFile);

const ROUNDS = 5;
const CALLS = 300;

/** Medians, in milliseconds. */
type Round = Readonly<{ throughGateway: number; direct: number; workspaceReady: number }>;

/** The time of a streamed model call from a workspace through the runner, beside the same call straight to the provider. */
export async function workspaceSuite(print: (line: string) => void): Promise<Figures> {
  const models = await ScriptedModels.start(() => ({ text: 'A short answer in a few parts.', deltas: 8 }));
  try {
    const environment = { ANTHROPIC_BASE_URL: models.url, ANTHROPIC_API_KEY: 'key' };
    return await withPlatform((platform) => measure(platform, models, print), environment);
  } finally {
    await models.close();
  }
}

async function measure(platform: Platform, models: ScriptedModels, print: (line: string) => void): Promise<Figures> {
  await platform.createWorkflow(callingWorkflow(CALLS));
  const rounds: Round[] = [];
  // The first executions warm up the services, and are not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    const through = await oneExecution(platform);
    const direct = await directly(models.url);
    models.clear();
    print(
      `through the gateway ${summary(through.calls)}; direct ${summary(direct)}; workspace ready ${through.readyMs} ms`,
    );
    const medians = { throughGateway: percentile(through.calls, 0.5), direct: percentile(direct, 0.5) };
    if (round > 0) rounds.push({ ...medians, workspaceReady: through.readyMs });
  }
  const gateway = medianRound(rounds, ({ throughGateway, direct }) => throughGateway - direct);
  const ready = percentile(
    rounds.map(({ workspaceReady }) => workspaceReady),
    0.5,
  );
  const sandbox = await sandboxMedians();
  const overhead = gateway.throughGateway - gateway.direct;
  return {
    gateway_overhead_p50: atMost({ value: overhead, unit: 'ms', limit: gateway.direct, target: 3 }),
    workspace_ready_p50: atMost({ value: ready, unit: 'ms', limit: sandbox.bare, target: 60 }),
    sandbox_first_byte_p50: atMost({ value: sandbox.ready, unit: 'ms', limit: sandbox.bare, target: 60 }),
    workspace_destroy_p50: atMost({ value: sandbox.destroy, unit: 'ms', target: 100 }),
  };
}

async function oneExecution(platform: Platform): Promise<Readonly<{ calls: number[]; readyMs: number }>> {
  let calls: number[] = [];
  let readyMs = NaN;
  for await (const { event, data } of platform.frames(await platform.execute(CALLING))) {
    const told = millisecondsIn(data);
    if (told.length > 0) calls = told;
    const ready = /"duration_?[mM]s":(\d+)/.exec(data)?.[1];
    if (event === 'WorkspaceCreated' && ready !== undefined) readyMs = Number(ready);
  }
  if (calls.length !== CALLS) throw new Error(`the agent has made ${calls.length} calls, and not ${CALLS}`);
  return { calls, readyMs };
}

async function directly(url: string): Promise<number[]> {
  const { stdout } = await run('bash', ['-eu', '-c', curlCalls(`${url}/v1/messages`, CALLS)]);
  return millisecondsIn(stdout);
}

const summary = (ms: readonly number[]): string =>
  [0.5, 0.95].map((share) => `p${share * 100} ${percentile(ms, share).toFixed(2)} ms`).join(', ');
