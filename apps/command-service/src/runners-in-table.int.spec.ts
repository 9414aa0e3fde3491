import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { WorkQueue } from '@syntropic/work';
import type { Pool } from 'pg';
import { RunnersInTable } from './runners-in-table';

const database = useDatabase();
let pool: Pool;
beforeAll(() => {
  pool = createPool(database.urlAs('syn_command_service'));
});
afterAll(() => pool.end());
beforeEach(() => database.pool.query('truncate ops.runners'));

const queue = () => new WorkQueue(pool, { hint: () => undefined, wake: () => undefined });
const runner = (name: string, providers: readonly string[], secrets: readonly string[] = []) =>
  queue().renew({ runner: name, backends: ['sandbox'], providers, slots: 1, leases: [], secrets });
const claude = (...secrets: string[]): AgentConfiguration => ({
  provider: 'claude',
  isolation: 'sandbox',
  setup: { commands: ['make'], egress: [], secrets, timeoutSeconds: 60 },
});
const capability = async (agent: AgentConfiguration) => (await new RunnersInTable(queue()).capabilities())(agent);

describe('the secrets that an agent needs for its set-up', () => {
  it('are those of one runner that has its provider', async () => {
    await runner('one', ['claude'], ['NPM_TOKEN', 'PIP_TOKEN']);

    await expect(capability(claude('NPM_TOKEN'))).resolves.toBe(true);
    await expect(capability(claude())).resolves.toBe(true);
  });

  it('are named when no runner with its provider has them', async () => {
    await runner('one', ['claude'], ['NPM_TOKEN']);
    await runner('other', ['codex'], ['PIP_TOKEN', 'GEM_TOKEN']);

    await expect(capability(claude('NPM_TOKEN', 'PIP_TOKEN', 'GEM_TOKEN'))).resolves.toEqual({
      lacks: 'no such runner has the secrets PIP_TOKEN, GEM_TOKEN',
    });
  });

  it('are named when each is on another runner', async () => {
    await runner('one', ['claude'], ['NPM_TOKEN']);
    await runner('other', ['claude'], ['PIP_TOKEN']);

    await expect(capability(claude('NPM_TOKEN', 'PIP_TOKEN'))).resolves.toEqual({
      lacks: 'no runner has all of the secrets NPM_TOKEN, PIP_TOKEN',
    });
  });
});
