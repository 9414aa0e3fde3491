import { atMost, stated, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { cpuMilliseconds } from '../process-family';

const EXECUTIONS = 50;
const WORKFLOW = 'concurrent';

const YAML = `
id: ${WORKFLOW}
name: Concurrent
requires_repos: false
agent: {provider: simulated, turns: 20, tools_per_turn: 1, delay_ms: 20}
phases:
  - {id: only, name: Only, order: 1, prompt_template: Go.}
`;

/** Executions that are started at the same time: those that do not complete, and the processor time that the runner and its agents take. */
export async function concurrencySuite(print: (line: string) => void): Promise<Figures> {
  return withPlatform(
    async (platform) => {
      await platform.createWorkflow(YAML);
      const { 'agent-runner': runner } = platform.processes.services;
      if (!runner) throw new Error('there is no runner');
      const [cpuBefore, since] = [await cpuMilliseconds(runner.pid), performance.now()];
      const ends = await Promise.all(Array.from({ length: EXECUTIONS }, () => endOf(platform)));
      const cpu = (await cpuMilliseconds(runner.pid)) - cpuBefore;

      print(`${EXECUTIONS} executions in ${((performance.now() - since) / 1_000).toFixed(1)} s`);
      const lost = ends.filter((end) => end !== 'ExecutionCompleted').length;
      return {
        concurrent_executions_lost: atMost({ value: lost, unit: 'executions', target: 0 }),
        runner_cpu_ms_per_session: stated({ value: cpu / EXECUTIONS, unit: 'ms' }),
      };
    },
    { RUNNER_SLOTS: `${EXECUTIONS}` },
  );
}

/** The last event of an execution. */
async function endOf(platform: Platform): Promise<string | undefined> {
  let last: string | undefined;
  for await (const { event } of platform.frames(await platform.execute(WORKFLOW))) last = event;
  return last;
}
