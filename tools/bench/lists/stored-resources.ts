import { READ_MODELS } from '@syntropic/catalogue/read-model';
import type { Pool } from 'pg';

/** Parents of the rows that lists filter by: each has a twentieth of them. */
const PARENTS = 20;
const STARTED = `now() - interval '1 s' * (n + 100)`;
const SESSION = `md5('session' || n)::uuid::text`;
const EXECUTION = `'exec-' || lpad(to_hex(n), 12, '0')`;
const hexadecimal = (prefix: string, number = 'n'): string => `'${prefix}-' || lpad(to_hex(${number}), 8, '0')`;
const created = `'user:bench' as created_by, ${STARTED} as created_at`;

/** The columns of one row of each read model, by its number. */
const ROWS: Readonly<Record<string, string>> = {
  workflow: `'workflow-' || n as workflow_id, 'Workflow ' || md5(n::text) as name,
    (array['research', 'custom'])[1 + n % 2] as workflow_type, 'simple' as classification, 1 + n % 9 as phase_count,
    false as requires_repos, n % 10 = 0 as is_archived, n % 1000 as runs_count, ${STARTED} as created_at, '{}'::jsonb as definition`,
  artifact: `md5('artifact' || n)::uuid::text as artifact_id, 'workflow-' || n % ${PARENTS} as workflow_id, 'plan' as phase_id,
    ${EXECUTION} as execution_id, ${SESSION} as session_id, (array['text', 'code'])[1 + n % 2] as artifact_type,
    'text/plain' as content_type, 'A file' as title, 'notes/' || n || '.txt' as path, repeat('0', 64) as sha256, 10 as size_bytes,
    's3://artifacts/' || n as uri, false as is_primary_deliverable, ${created}, '{}'::jsonb as metadata`,
  organization: `${hexadecimal('org')} as organization_id, 'Organization ' || md5(n::text) as name, 'organization-' || n as slug,
    ${created}, 1 as system_count, 1 as repo_count`,
  system: `${hexadecimal('sys')} as system_id, ${hexadecimal('org', `1 + n % ${PARENTS}`)} as organization_id,
    'System ' || md5(n::text) as name, '' as description, ${created}, 1 as repo_count`,
  repo: `${hexadecimal('repo')} as repo_id, ${hexadecimal('org', `1 + n % ${PARENTS}`)} as organization_id,
    ${hexadecimal('sys', `1 + n % ${PARENTS}`)} as system_id, 'github' as provider, '' as provider_repo_id,
    case n when 1 then 'acme/api' else 'acme/' || md5(n::text) end as full_name, 'acme' as owner, 'main' as default_branch, '' as installation_id,
    false as is_private, ${created}`,
  repo_execution: `${EXECUTION} || ' github:acme/api' as repo_execution_id, 'github:acme/api' as repository,
    ${EXECUTION} as execution_id, ${STARTED} as started_at, 'manual' as trigger_source`,
  repo_session: `${SESSION} || ' github:acme/api' as repo_session_id, 'github:acme/api' as repository, ${SESSION} as session_id,
    ${STARTED} as started_at`,
  trigger: `${hexadecimal('tr')} as trigger_id, 'A rule' as name, (array['issue_comment', 'pull_request'])[1 + n % 2] as event,
    'acme/r' || n % ${PARENTS} as repository, 'acme/r' || n % ${PARENTS} as repository_key, 'workflow-' || n % ${PARENTS} as workflow_id,
    (array['active', 'paused', 'deleted'])[1 + n % 3] as status, 1 as fire_count, 'i' as installation_id, ${created},
    null as last_fired_at, '{"conditions": [], "inputMapping": {}}'::jsonb as definition`,
  trigger_firing: `${EXECUTION} as execution_id, ${hexadecimal('tr', `1 + n % ${PARENTS}`)} as trigger_id, 'd' || n as delivery_id,
    'issue_comment' as event, 7 as pr_number, 'completed' as status, '' as guard_name, '' as block_reason, 0.01 as cost_usd,
    ${STARTED} as fired_at`,
  message: `md5('message' || n)::uuid::text as message_id, ${EXECUTION.replace('(n)', '(1)')} as execution_id, 'user' as role,
    'Look again.' as message, ${STARTED} as requested_at, '[]'::jsonb as recipients`,
  audit_entry: `lpad(n::text, 16, '0') as entry_id, n as event_position, ${STARTED} as recorded_at, 'user' as actor_kind,
    'person-' || n % ${PARENTS} as actor_id, 'ExecutionStarted' as event_type, 'execution-' || ${EXECUTION} as stream,
    md5('event' || n)::uuid::text as event_id, md5('command' || n)::uuid::text as command_id,
    md5('command' || n)::uuid::text as correlation_id, ${EXECUTION} as execution_id`,
};

/** Fills the read models of all resources that have lists, as if the log had led there. */
export async function storeResources(pool: Pool, count: number): Promise<void> {
  for (const [name, columns] of Object.entries(ROWS)) {
    const { table } = READ_MODELS.find((model) => model.name === name) ?? {};
    if (table === undefined) throw new Error(`there is no read model ${name}`);
    await pool.query(
      `insert into ${table} select row.* from (
         select 0 as position, ${columns} from generate_series(1, $1::int) n) made,
       lateral jsonb_populate_record(null::${table}, to_jsonb(made)) row`,
      [count],
    );
    await pool.query(`vacuum (analyze) ${table}`);
  }
}
