import { atMost, stated, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';

const MODELS = 1_000;
const LINES = 20_000;
const MAX_LOOP_DELAY_MS = 50;

const WORKFLOW = 'hostile-stream';

/** Calls of a thousand models, then lines of 8 MiB: nested brackets, many keys, escapes and text. */
const HOSTILE = String.raw`
id: ${WORKFLOW}
name: Hostile stream
requires_repos: false
agent: {provider: command, command: [sh, -eu], output: claude-stream-json}
phases:
  - id: models
    name: Models
    order: 1
    prompt_template: |
      awk 'BEGIN { for (n = 0; n < ${LINES}; n++) printf "{\"type\":\"assistant\",\"message\":{\"id\":\"m%d\",\"model\":\"model-%d\",\"content\":[],\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n", n, n % ${MODELS} }'
      echo '{"type":"result","subtype":"success","is_error":false,"result":"done"}'
  - id: lines
    name: Lines
    order: 2
    prompt_template: |
      printf '{"a":'; head -c 4000000 /dev/zero | tr '\0' '['; head -c 4000000 /dev/zero | tr '\0' ']'; echo '}'
      awk 'BEGIN { printf "{"; for (n = 0; n < 600000; n++) printf "\"k%d\":1,", n; print "\"k\":1}" }'
      printf '{"a":"'; head -c 8000000 /dev/zero | tr '\0' '\001'; echo '"}'
      head -c 8000000 /dev/zero | tr '\0' x; echo
      echo '{"type":"result","subtype":"success","is_error":false,"result":"done"}'
`;

/** The rate of lines and the longest stop of the runner's event loop, from its own metrics. */
export async function hostileStream(print: (line: string) => void): Promise<Figures> {
  return withPlatform(async (platform) => {
    await platform.createWorkflow(HOSTILE);
    await loopDelayMs(platform);
    const id = await platform.execute(WORKFLOW);
    let began: number | undefined;
    let ended: number | undefined;
    let longestMs = 0;
    for await (const { event } of platform.frames(id)) {
      if (event === 'token_usage') began ??= performance.now();
      if (event !== 'PhaseCompleted' && event !== 'PhaseFailed' && event !== 'ExecutionFailed') continue;
      ended ??= performance.now();
      longestMs = Math.max(longestMs, await loopDelayMs(platform));
      print(`${event}: the runner's event loop stood still for ${longestMs.toFixed(0)} ms at most`);
    }
    longestMs = Math.max(longestMs, await loopDelayMs(platform));
    const seconds = ((ended ?? NaN) - (began ?? NaN)) / 1_000;
    return {
      lines_per_second_1000_models: stated({ value: LINES / seconds, unit: 'lines/s' }),
      loop_delay_max: atMost({ value: longestMs, unit: 'ms', target: MAX_LOOP_DELAY_MS }),
    };
  });
}

/** The longest stop since the last call: the metric begins anew whenever it is read. */
async function loopDelayMs({ processes }: Platform): Promise<number> {
  const { healthUrl } = processes.services['agent-runner'] ?? {};
  if (healthUrl === undefined) throw new Error('the stack has no runner');
  const text = await (await fetch(new URL('/metrics', healthUrl))).text();
  const [, seconds] = /^nodejs_eventloop_lag_max_seconds(?:\{[^}]*\})? (\S+)$/m.exec(text) ?? [];
  return Number(seconds) * 1_000;
}
