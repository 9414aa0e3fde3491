import { createHmac } from 'node:crypto';

export const SECRET = 'a secret of the webhook';
export const REPOSITORY = 'acme/shop';
/** Belongs to no system. */
export const UNASSIGNED = 'acme/notes';
export const REPOSITORIES = [REPOSITORY, 'acme/web', 'acme/tools', UNASSIGNED];
/** Runs after which one repository is failing, one healthy and one degraded, and one execution has cost far more than the others. */
export const RUNS = [
  ['failing', REPOSITORY],
  ['failing', REPOSITORY],
  ['heal', 'acme/web'],
  ['dear', 'acme/web'],
  ['heal', 'acme/tools'],
  ['failing', 'acme/tools'],
] as const;
const COUNTS = [
  'files_changed',
  'insertions',
  'deletions',
  'commits_count',
  'estimated_tokens_added',
  'estimated_tokens_removed',
];
const NAMES = ['author', 'remote', 'remote_url', 'commit_range', 'details', 'from_branch', 'to_branch', 'prev_branch'];
const DETAILS = {
  is_clone: true,
  ...Object.fromEntries(COUNTS.map((name) => [name, 1])),
  ...Object.fromEntries(NAMES.map((name) => [name, name])),
};
/** What the hook of git prints in a workspace that has it. */
export const COMMITTED = JSON.stringify({
  event_type: 'git_commit',
  context: { git: { operation: 'commit', sha: 'abc', branch: 'main', repo: 'shop', message: 'Say hello', ...DETAILS } },
});
export const LONG = 'long';
export const EXAMPLE = 'repository-report';
export const REMOVALS: readonly string[] = [
  'DELETE /api/repos/{repo_id}',
  'DELETE /api/systems/{system_id}',
  'DELETE /api/organizations/{organization_id}',
  'DELETE /api/workflows/{workflow_id}',
  'DELETE /api/artifacts/{artifact_id}',
];

const agent = { provider: 'simulated', turns: 600, delay_ms: 1000 };
const phases = [
  {
    name: 'Work',
    order: 1,
    prompt_template: 'Work on {{what}}',
    description: 'all day',
    argument_hint: 'what',
    agent,
  },
];
const input_declarations = [{ name: 'what', description: 'the work', default: 'all of it' }];
export const LONG_WORKFLOW = {
  ...{ id: LONG, name: 'Long', description: 'runs for long', project_name: 'all', requires_repos: false },
  ...{ repository_url: REPOSITORY, phases, input_declarations },
};

export const RULE = {
  ...{
    name: 'Heal',
    event: 'check_run.completed',
    repository: REPOSITORY,
    workflow_id: 'heal',
    installation_id: '11',
  },
  conditions: [{ field: 'check_run.conclusion', operator: 'eq', value: 'failure' }],
  input_mapping: { check: 'check_run.name' },
  config: { daily_limit: 1, debounce_seconds: 0 },
};

/** The headers of a delivery of GitHub, signed as it signs them. */
export function deliveryHeaders(event: string, id: string, body: string) {
  const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
  return {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': id,
    'x-hub-signature-256': signature,
  };
}
