import { atMost, stated, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { cpuDuring, listedCpu, perSession } from '../platform-cpu';
import { percentile, summaryOf } from '../statistics';
import { SIMULATED } from '../pipeline/workflows';
import { executionsTogether } from './executions-together';
import { EMPTY } from './workflows';

const EXECUTIONS = 200;
/** The executions that are paused and resumed on their way. */
const CONTROLLED = 20;
/** Executions that only open and close workspaces. */
const OPENED = 60;
const WARM_UP = 4;

const WORKSPACE_MB = 96;
const CONTROL_MS = 250;
const CPU_MS = 60;

/** Executions that run at the same time: those that do not complete, how fast requests of control are answered, and the platform's processor time. */
export async function concurrencySuite(print: (line: string) => void): Promise<Figures> {
  const room = {
    RUNNER_SLOTS: `${EXECUTIONS}`,
    RUNNER_MEMORY_MB: `${(EXECUTIONS + 1) * WORKSPACE_MB}`,
    WORKSPACE_MEMORY_MB: `${WORKSPACE_MB}`,
  };
  return withPlatform((platform) => measured(platform, print), room);
}

async function measured(platform: Platform, print: (line: string) => void): Promise<Figures> {
  for (const { yaml } of [SIMULATED, EMPTY]) await platform.createWorkflow(yaml);
  await executionsTogether(platform, SIMULATED, { executions: WARM_UP });

  let lost = NaN;
  let answers: readonly number[] = [];
  const since = performance.now();
  const run = await cpuDuring(platform, async () => {
    ({ lost, answers } = await executionsTogether(platform, SIMULATED, {
      executions: EXECUTIONS,
      controlled: CONTROLLED,
    }));
  });
  const seconds = (performance.now() - since) / 1_000;
  const opened = await cpuDuring(platform, async () => {
    await executionsTogether(platform, EMPTY, { executions: OPENED });
  });

  const sessions = EXECUTIONS * SIMULATED.phases;
  const workspace = opened.workspaces / (OPENED * EMPTY.phases);
  const parts = new Map([...perSession(run.parts, sessions), ['workspace', workspace]]);
  print(`${EXECUTIONS} executions in ${seconds.toFixed(1)} s`);
  print(`requests of control: ${summaryOf(answers)}`);
  print(
    `CPU ms per session: ${listedCpu(parts)}; agents with their workspaces ${(run.workspaces / sessions).toFixed(1)}`,
  );
  const platformCpu = [...parts.values()].reduce((sum, used) => sum + used, 0);
  return {
    concurrent_executions_lost: atMost({ value: lost, unit: 'executions', target: 0 }),
    control_p95: atMost({ value: percentile(answers, 0.95), unit: 'ms', target: CONTROL_MS }),
    platform_cpu_ms_per_session: atMost({ value: platformCpu, unit: 'ms', target: CPU_MS }),
    runner_cpu_ms_per_session: stated({ value: parts.get('agent-runner') ?? NaN, unit: 'ms' }),
    workspace_cpu_ms_per_session: stated({ value: workspace, unit: 'ms' }),
  };
}
