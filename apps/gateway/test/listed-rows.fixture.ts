import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { randomUUID } from 'node:crypto';
import { anArtifact, workflowCreated } from './facts';
import type { useGateway } from './gateway.fixture';
import { Insights } from './insights.fixture';

type Row = Readonly<Record<string, unknown>>;

const COPIES = 6;
const TRIGGER = 'tr-00000001';
const AT = '2026-11-27T00:00:00.123456Z';

/** Rows for every list of the API but that of keys, of equal times: some rows of each are recorded, others are copies with other keys. */
export async function storeListedRows(gateway: ReturnType<typeof useGateway>) {
  const { aSystem, failed, running } = new Insights(gateway);
  const { systemId, api } = await aSystem();
  await gateway.record('workflow-a-workflow', [workflowCreated('a-workflow')]);
  await gateway.record('artifact-a', [anArtifact(randomUUID())]);
  const { executionId } = await running();
  const { minPosition } = await failed('broken', api.fullName);
  await gateway.read(`/api/repos/${api.repoId}/failures`, minPosition);

  const { pool } = gateway.database;
  const store = async (table: string, row: Row) => {
    await pool.query(`insert into ${table} select (jsonb_populate_record(null::${table}, $1)).*`, [row]);
  };
  for (const [name, row] of Object.entries(rowsOf(executionId))) await store(tableOf(name), { position: 0, ...row });
  for (const { name, table, key } of READ_MODELS) {
    const columns = [key, ...(ALSO_CHANGED[name] ?? [])].map((column) => `'${column}', ${column} || '-' || n`);
    await pool.query(
      `insert into ${table} select copy.* from ${table} t, generate_series(1, ${COPIES}) n,
       jsonb_populate_record(t, jsonb_build_object(${columns.join(', ')})) copy`,
    );
  }
  for (let n = 0; n < COPIES; n++) {
    await store('ops.dead_letters', { ...LETTER, id: randomUUID() });
    await store('telemetry.quarantine', { event_id: randomUUID(), reason: 'late', event: '{}', received_at: AT });
  }
  return { executionId, systemId, repoId: api.repoId, triggerId: TRIGGER };
}

const tableOf = (name: string): string => READ_MODELS.find((model) => model.name === name)?.table ?? name;

/** Executions and sessions that a repository names have rows of their own. */
const ALSO_CHANGED: Readonly<Record<string, readonly string[]>> = {
  repo_execution: ['execution_id'],
  repo_session: ['session_id'],
};

const rowsOf = (executionId: string): Readonly<Record<string, Row>> => ({
  message: {
    message_id: randomUUID(),
    execution_id: executionId,
    role: 'user',
    message: 'm',
    requested_at: AT,
    recipients: [],
  },
  trigger: {
    ...{ trigger_id: TRIGGER, name: 'A rule', event: 'push', repository: 'acme/api', repository_key: 'acme/api' },
    ...{
      workflow_id: 'a-workflow',
      status: 'active',
      fire_count: 0,
      installation_id: '',
      created_by: 'x',
      created_at: AT,
    },
    definition: { conditions: [], inputMapping: {} },
  },
  trigger_firing: {
    ...{
      execution_id: 'exec-fired',
      trigger_id: TRIGGER,
      delivery_id: 'd',
      event: 'push',
      status: 'pending',
      fired_at: AT,
    },
    ...{ guard_name: '', block_reason: '' },
  },
  installation: {
    ...{ installation_id: '1', account_id: 1, account_name: 'acme', account_type: 'User' },
    ...{ status: 'active', installed_at: AT },
  },
  installation_repo: {
    ...{ installation_repo_id: '1 1', installation_id: '1', github_id: 1, full_name: 'acme/api', name_key: 'acme/api' },
    is_private: false,
  },
  workspace: {
    ...{ workspace_id: randomUUID(), execution_id: executionId, phase_id: 'plan', session_id: randomUUID() },
    ...{
      backend: 'docker',
      runner: 'r',
      status: 'active',
      create_duration_ms: 1,
      created_at: new Date().toISOString(),
    },
  },
});

const LETTER = { subject: 's', headers: {}, body: '\\x00', reason: 'r', buried_by: 'x', buried_at: AT };
