/** The pause between two lines of an agent; random, so that agents do not write at the same moments. */
const PAUSE_MS = { from: 100, below: 200 };

export const TIMESTAMPED = 'timestamped';

/** A workflow whose agent prints tool calls with the time of writing in each line. */
export const timestampedWorkflow = (lines: number, pauseMs = PAUSE_MS): string => `
id: ${TIMESTAMPED}
name: Timestamped lines
requires_repos: false
agent: {provider: command, command: [bash, -eu], output: claude-stream-json}
phases:
  - id: print
    name: Print
    order: 1
    prompt_template: |
      for line in $(seq ${lines}); do
        printf '{"type":"assistant","message":{"id":"msg_%d","model":"claude-haiku-4-5-20251001","content":[{"type":"tool_use","id":"toolu_%s","name":"Bash","input":{"command":"ls"}}],"usage":{"input_tokens":1200,"output_tokens":80,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}}}\\n' "$line" "\${EPOCHREALTIME/[.,]/}"
        ms=$((${pauseMs.from} + RANDOM % ${pauseMs.below - pauseMs.from}))
        sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
      done
      echo '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"result":"Printed.","total_cost_usd":0}'
`;

/** The time of writing of the line in this frame, in milliseconds since the epoch; `undefined` for other frames. */
export function writtenAt(data: string): number | undefined {
  const microseconds = /"tool_use_id":"toolu_(\d{16})"/.exec(data)?.[1];
  return microseconds === undefined ? undefined : Number(microseconds) / 1_000;
}
