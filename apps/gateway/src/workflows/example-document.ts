/** A whole workflow, as the API document shows one. */
export const EXAMPLE_DOCUMENT = `id: hello
name: Hello
requires_repos: false
agent: { provider: command, command: [sh, -eu] }
phases:
  - { id: greet, name: Greet, order: 1, prompt_template: echo hello }
`;
