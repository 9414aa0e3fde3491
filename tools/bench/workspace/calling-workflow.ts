export const CALLING = 'calling';

const BODY = JSON.stringify({
  model: 'claude-haiku-4-5-20251001',
  stream: true,
  max_tokens: 100,
  messages: [{ role: 'user', content: 'x'.repeat(4_000) }],
});

/** A script that makes streamed calls over one connection, one after the other, and prints the seconds of each on one line. */
export const curlCalls = (url: string, calls: number, options = ''): string =>
  `echo "took $(curl -sS ${options} -H 'content-type: application/json' -d '${BODY}' -o /dev/null -w '%{time_total} ' '${url}?n=[1-${calls}]')"`;

/** A workflow whose agent calls a model through its session socket. */
export const callingWorkflow = (calls: number): string => `
id: ${CALLING}
name: Model calls
requires_repos: false
agent: {provider: command, command: [bash, -eu]}
phases:
  - id: call
    name: Call
    order: 1
    prompt_template: |
      ${curlCalls('http://runner/anthropic/v1/messages', calls, '--unix-socket "$SYN_RUNNER_SOCKET"')}
`;

/** The durations on a printed line, or in a frame with it. */
export function millisecondsIn(text: string): number[] {
  const seconds = /took ([\d. ]+)/.exec(text)?.[1] ?? '';
  return seconds
    .split(' ')
    .filter(Boolean)
    .map((value) => Number(value) * 1_000);
}
