export const BUSY = 'busy';

const workflow = (id: string, agent: string, prompt: string) => `
id: ${id}
name: ${id}
requires_repos: false
agent: ${agent}
phases:
  - {id: only, name: Only, order: 1, timeout_seconds: 600, prompt_template: ${JSON.stringify(prompt)}}
`;

/** An agent that uses a tool every 20 ms, for longer than any measurement. */
export const busyWorkflow = workflow(
  BUSY,
  '{provider: simulated, turns: 10000, tools_per_turn: 1, delay_ms: 20}',
  'Work.',
);

let started = 0;

/** A program that only sleeps, with a command line of its own. */
export function sleepingWorkflow(id: string, before: string): Readonly<{ yaml: string; commandLine: string }> {
  const duration = `${100_000 + started++}.${process.pid}`;
  const yaml = workflow(id, '{provider: command, command: [sh, -eu]}', `${before}exec sleep ${duration}`);
  return { yaml, commandLine: `sleep\0${duration}\0` };
}
