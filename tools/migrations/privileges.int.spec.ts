import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { migrate } from './migrate';
import type { Role } from './roles';

const SCHEMAS = ['log', 'ops', 'read', 'telemetry', 'public'];

/** The functions that each role may call; PUBLIC none. */
const CALLED: Readonly<Record<Role | 'public', readonly string[]>> = {
  public: [],
  syn_command_service: [
    'log.append_events',
    'log.begin_epoch',
    'log.outcome_of_command',
    'log.outcome_of_known',
    'log.page_after',
    'log.size_of',
    'log.stream_page_after',
    'log.version_of',
    'log.waiting_since',
    'ops.claim_numbered_work',
    'ops.claim_work',
    'ops.had_lease',
    'ops.move_budget_clock',
    'ops.park_process_event',
    'ops.reached_limits',
    'ops.reserve_budget',
    'ops.retry_process',
    'ops.settle_budget',
    'ops.settle_session_budget',
    'read.accept_rebuild',
    'read.park_event',
    'read.projections',
    'read.retry_projection',
    'read.start_rebuild',
    'read.stop_rebuild',
  ],
  syn_projection_worker: [
    'log.page_after',
    'log.size_of',
    'log.waiting_since',
    'read.finish_rebuild',
    'read.take_over',
  ],
  syn_collector: [
    'telemetry.insert_batches',
    'telemetry.maintain',
    'telemetry.supersede',
    'telemetry.text_of',
    'telemetry.tool_call_of',
    'telemetry.usage_of',
  ],
  syn_gateway: [
    'log.position_before',
    'log.size_of',
    'log.stream_page_after',
    'log.waiting_since',
    'telemetry.text_of',
  ],
};

/** The migrations that each service compares with its build's. */
const SCHEMA = ['ops.migration_kinds', 'ops.migrations'];

/** The schemas in which a role may change rows, and those in which it may read some. */
const TABLES: Readonly<Record<Role, Readonly<{ writes: readonly string[]; reads: readonly string[] }>>> = {
  syn_command_service: {
    writes: ['ops', 'ops.dead_letters'],
    reads: ['log', 'ops', 'ops.dead_letters', ...SCHEMA, 'telemetry'],
  },
  syn_projection_worker: { writes: ['read'], reads: ['log', ...SCHEMA, 'read'] },
  syn_collector: {
    writes: ['ops.dead_letters', 'telemetry'],
    reads: ['log', 'ops', 'ops.dead_letters', ...SCHEMA, 'telemetry'],
  },
  syn_gateway: { writes: [], reads: ['log', 'ops', 'ops.dead_letters', ...SCHEMA, 'read', 'telemetry'] },
};

describe('the privileges of the database', () => {
  const database = useDatabase();

  const names = async (query: string, values: readonly unknown[]): Promise<string[]> => {
    const { rows } = await database.pool.query<{ name: string }>(query, [...values]);
    return rows.map(({ name }) => name);
  };
  const functionsOf = (role: string) =>
    names(
      `select distinct format('%s.%s', nspname, proname) as name
       from pg_proc f join pg_namespace n on n.oid = f.pronamespace
       where nspname = any($1) and has_function_privilege($2, f.oid, 'execute') order by name`,
      [SCHEMAS, role],
    );

  it.each(Object.entries(CALLED))('let %s call just these functions', async (role, called) => {
    await expect(functionsOf(role)).resolves.toEqual(called);
  });

  it('give PUBLIC no function that a later migration makes', async () => {
    await database.pool.query('create function ops.later() returns int language sql return 1');

    await expect(functionsOf('public')).resolves.toEqual([]);
    await expect(functionsOf('syn_gateway')).resolves.not.toContain('ops.later');
    await database.pool.query('drop function ops.later');
  });

  it('give PUBLIC no schema, table, column or sequence', async () => {
    const granted = await names(
      `select nspname as name from pg_namespace, aclexplode(nspacl) where nspname = any($1) and grantee = 0
       union all
       select format('%s.%s', nspname, relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace,
         aclexplode(c.relacl) where nspname = any($1) and grantee = 0
       union all
       select format('%s.%s.%s', nspname, relname, attname) from pg_attribute a join pg_class c on c.oid = a.attrelid
         join pg_namespace n on n.oid = c.relnamespace, aclexplode(a.attacl) where nspname = any($1) and grantee = 0`,
      [SCHEMAS],
    );

    expect(granted).toEqual([]);
  });

  it('let only the services connect, without temporary tables', async () => {
    const name = `fresh_${process.pid}`;
    await database.pool.query(`create database ${name}`);
    try {
      const fresh = new URL(database.url);
      fresh.pathname = name;
      await migrate(fresh.href);

      await expect(rightsTo(name, 'public')).resolves.toEqual({ connects: false, temporary: false });
      await expect(rightsTo(name, 'syn_gateway')).resolves.toEqual({ connects: true, temporary: false });
    } finally {
      await database.pool.query(`drop database ${name} with (force)`);
    }
  });

  async function rightsTo(name: string, role: string) {
    const { rows } = await database.pool.query(
      `select has_database_privilege($2, $1, 'connect') as connects, has_database_privilege($2, $1, 'temporary') as temporary`,
      [name, role],
    );
    return rows[0] as unknown;
  }

  it.each(Object.entries(TABLES))('let %s write and read in these schemas alone', async (role, { writes, reads }) => {
    const tables = (privileges: string) =>
      names(
        `select distinct case when n.nspname = 'ops' and c.relname = any($4) then 'ops.' || c.relname else n.nspname end as name
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = any($1) and c.relkind in ('r', 'p', 'v', 'm') and case
           when $3 = 'select' then has_any_column_privilege($2, c.oid, 'select')
           else has_table_privilege($2, c.oid, $3) or has_any_column_privilege($2, c.oid, 'insert, update') end
         order by name`,
        [SCHEMAS, role, privileges, ['dead_letters', 'migration_kinds', 'migrations']],
      );

    await expect(tables('delete, truncate, trigger, references')).resolves.toEqual(writes);
    await expect(tables('select')).resolves.toEqual(reads);
  });

  it('let a service own and create nothing', async () => {
    const gateway = createPool(database.urlAs('syn_gateway'));
    try {
      await expect(gateway.query('create table public.mine ()')).rejects.toThrow('permission denied');
      await expect(gateway.query('select log.append_events(null)')).rejects.toThrow(/permission denied|does not exist/);
      await expect(gateway.query('delete from log.events')).rejects.toThrow('permission denied');
    } finally {
      await gateway.end();
    }
  });
});
