export type Workload = Readonly<{ workflowId: string; phases: number; yaml: string }>;

/** Each phase is an agent that prints eleven lines in 0.3 s and leaves one file. */
export const SIMULATED: Workload = {
  workflowId: 'three-simulated-phases',
  phases: 3,
  yaml: `
id: three-simulated-phases
name: Three simulated phases
requires_repos: false
agent: {provider: simulated}
phases:
  - {id: first, name: First, order: 1, prompt_template: Go.}
  - {id: second, name: Second, order: 2, prompt_template: Go.}
  - {id: third, name: Third, order: 3, prompt_template: Go.}
`,
};

export const COMMAND: Workload = {
  workflowId: 'one-command-phase',
  phases: 1,
  yaml: `
id: one-command-phase
name: One command phase
requires_repos: false
agent: {provider: command, command: [sh, -eu]}
phases:
  - {id: only, name: Only, order: 1, prompt_template: echo done}
`,
};
