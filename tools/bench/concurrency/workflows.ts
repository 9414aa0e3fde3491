import type { Workload } from '../pipeline/workflows';

/** Each phase is a program that does nothing: its workspace is all that it costs. */
export const EMPTY: Workload = {
  workflowId: 'one-empty-phase',
  phases: 1,
  yaml: `
id: one-empty-phase
name: One empty phase
requires_repos: false
agent: {provider: command, command: ['true']}
phases:
  - {id: only, name: Only, order: 1, prompt_template: Go.}
`,
};
