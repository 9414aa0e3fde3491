/** Workflow documents that specs share. */

const phase = (id: string, order: number, more: string) => `
  - id: ${id}
    name: ${id}
    order: ${order}
${more.replace(/^/gm, '    ')}`;

export const workflow = (id: string, ...phases: string[]): string => `
id: ${id}
name: ${id}
requires_repos: false
phases:${phases.map((more, index) => phase(`phase-${index + 1}`, index + 1, more)).join('')}
`;

/** A phase whose agent is a shell that runs the prompt. */
export const shell = (script: string): string =>
  `agent: {provider: command, command: [sh, -eu]}\nprompt_template: |\n${script.replace(/^/gm, '  ')}`;

export const simulated = (settings = ''): string => `agent: {provider: simulated${settings ? `, ${settings}` : ''}}`;

export const replay = (recording: string): string => `agent: {provider: replay, recording: ${recording}}`;
