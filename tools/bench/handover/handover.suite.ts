import { atMost, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { percentile, summaryOf } from '../statistics';
import { sandboxMedians } from '../workspace/sandboxes';

const EXECUTIONS = 10;
const PHASES = 5;
const WORKFLOW = 'handover';

const YAML = `
id: ${WORKFLOW}
name: Handover
requires_repos: false
agent: {provider: simulated, turns: 3, tools_per_turn: 1, delay_ms: 1}
phases:
${Array.from({ length: PHASES }, (_, n) => `  - {id: p${n}, name: P${n}, order: ${n + 1}, prompt_template: Go.}`).join('\n')}
`;

type Times = Readonly<{ firstLine: number | undefined; handovers: readonly number[] }>;

/** What a client of the live stream sees: from a start, and from the end of a phase, to the first tool of the agent, beside a program in bubblewrap alone. */
export async function handoverSuite(print: (line: string) => void): Promise<Figures> {
  return withPlatform(async (platform) => {
    await platform.createWorkflow(YAML);
    const times: Times[] = [];
    while (times.length < EXECUTIONS) times.push(await timesOfOne(platform));
    const firstLines = times.flatMap(({ firstLine }) => firstLine ?? []);
    const handovers = times.flatMap((one) => one.handovers);
    print(`first lines: ${summaryOf(firstLines)}`);
    print(`handovers: ${summaryOf(handovers)}`);
    const { bare } = await sandboxMedians();
    const median = (times: readonly number[]) => ({ value: percentile(times, 0.5), unit: 'ms', limit: bare });
    return {
      start_to_first_line_p50: atMost({ ...median(firstLines), target: 250 }),
      phase_handover_p50: atMost({ ...median(handovers), target: 150 }),
    };
  });
}

async function timesOfOne(platform: Platform): Promise<Times> {
  const since = performance.now();
  let firstLine: number | undefined;
  let completedAt: number | undefined;
  const handovers: number[] = [];
  for await (const { event } of platform.frames(await platform.execute(WORKFLOW))) {
    const now = performance.now();
    if (event === 'PhaseCompleted') completedAt = now;
    if (event !== 'tool_execution_started') continue;
    firstLine ??= now - since;
    if (completedAt !== undefined) handovers.push(now - completedAt);
    completedAt = undefined;
  }
  return { firstLine, handovers };
}
