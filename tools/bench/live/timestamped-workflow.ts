/** Between two lines of an agent; its own choice each time, so that agents do not speak in step. */
const PAUSE_MS = { from: 100, below: 200 };

export const TALK = 'talk';

/** A workflow whose agent speaks as a model's does while it uses tools, and writes into each line when it writes it. */
export const talk = (lines: number): string => `
id: ${TALK}
name: Talk
requires_repos: false
agent: {provider: command, command: [bash, -eu]}
phases:
  - id: talk
    name: Talk
    order: 1
    prompt_template: |
      for line in $(seq ${lines}); do
        printf '{"type":"assistant","message":{"id":"msg_%d","model":"claude-haiku-4-5-20251001","content":[{"type":"tool_use","id":"toolu_%s","name":"Bash","input":{"command":"ls"}}],"usage":{"input_tokens":1200,"output_tokens":80,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}}}\\n' "$line" "\${EPOCHREALTIME/[.,]/}"
        sleep "0.$((${PAUSE_MS.from} + RANDOM % ${PAUSE_MS.below - PAUSE_MS.from}))"
      done
`;

/** When the agent wrote the line that this frame's data tells of, in milliseconds since the epoch; `undefined` for other frames. */
export function writtenAt(data: string): number | undefined {
  const microseconds = /"tool_use_id":"toolu_(\d{16})"/.exec(data)?.[1];
  return microseconds === undefined ? undefined : Number(microseconds) / 1_000;
}
