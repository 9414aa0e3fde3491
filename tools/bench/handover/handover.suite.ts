import { stated, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { percentile, summaryOf } from '../statistics';

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

/** From a start to the first tool in the live stream, and from the end of a phase to the start of the next one. */
export async function handoverSuite(print: (line: string) => void): Promise<Figures> {
  return withPlatform(async (platform) => {
    await platform.createWorkflow(YAML);
    const times: Times[] = [];
    while (times.length < EXECUTIONS) times.push(await timesOfOne(platform));
    const firstLines = times.flatMap(({ firstLine }) => firstLine ?? []);
    const handovers = times.flatMap((one) => one.handovers);
    print(`first lines: ${summaryOf(firstLines)}`);
    print(`handovers: ${summaryOf(handovers)}`);
    return {
      start_to_first_line_p50: stated({ value: percentile(firstLines, 0.5), unit: 'ms' }),
      phase_handover_p50: stated({ value: percentile(handovers, 0.5), unit: 'ms' }),
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
    if (event === 'tool_execution_started') firstLine ??= now - since;
    else if (event === 'PhaseCompleted') completedAt = now;
    else if (event === 'PhaseStarted' && completedAt !== undefined) handovers.push(now - completedAt);
  }
  return { firstLine, handovers };
}
