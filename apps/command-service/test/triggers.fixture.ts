import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { github } from '@syntropic/github/application';
import { triggerRule, type delivery } from '@syntropic/github/contracts';
import { derivedIdOf, DeliveryId, PhaseId, TriggerId, WorkflowId, type InputOf } from '@syntropic/kernel';
import { orchestration } from '@syntropic/orchestration/application';
import { workflowTemplate } from '@syntropic/orchestration/contracts';
import { organization } from '@syntropic/organization/application';
import { Effects, PROCESSES, ProcessRunner, Timers } from '@syntropic/processes';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { decidedTogether, Replica } from './replica';

const { RegisterTrigger } = triggerRule.commands;
const { CreateWorkflow } = workflowTemplate.commands;

export type Registration = InputOf<typeof RegisterTrigger>;
type Own = Pick<Registration, 'workflowId'> & Partial<Registration>;
type Die = (type: string) => void;
type Recorded = Readonly<{ type: string; data: Record<string, unknown> }>;

/** Two replicas with the contexts that triggers concern. */
export function useTriggers() {
  const started: Replica[] = [];
  // Registered before the database's own hook, so that all connections are closed first.
  afterAll(() => Promise.all(started.map((replica) => replica.stop())));
  const database = useDatabase();
  beforeAll(async () => {
    const start = () => Replica.start(database, github, orchestration, organization);
    started.push(...(await Promise.all([start(), start()])));
  });
  const replica = (at: number): Replica => {
    const found = started[at];
    if (!found) throw new Error('replicas are there once a spec runs');
    return found;
  };
  const replicas = {
    database,
    get one() {
      return replica(0);
    },
    get other() {
      return replica(1);
    },
  };

  const eventsOf = async (stream: string): Promise<readonly Recorded[]> => {
    const { rows } = await replicas.database.pool.query<Recorded>(
      'select type, data from log.events where stream_id = $1 order by version',
      [stream],
    );
    return rows;
  };

  return {
    replicas,
    together: decidedTogether(database),
    aWorkflow: async (): Promise<WorkflowId> => {
      const workflowId = WorkflowId.parse(randomUUID());
      expect(await replicas.one.send(CreateWorkflow, { workflowId, ...definition })).toBe('done');
      return workflowId;
    },
    register: async (own: Own): Promise<Registration> => {
      const registered = registration(own);
      expect(await replicas.one.send(RegisterTrigger, registered)).toBe('done');
      return registered;
    },
    eventsOf,
    /** The types of the events of a trigger. */
    typesOf: async (triggerId: string) => (await eventsOf(`trigger-${triggerId}`)).map(({ type }) => type),
    /** Leads the processes until the answered function is called. `die` is called behind each command. */
    lead: (replica: Replica, die?: Die) => lead(replicas.database.pool, replica, die),
  };
}

const definition = {
  name: 'Heal',
  phases: [
    {
      phaseId: PhaseId.parse('heal'),
      name: 'Heal',
      order: 1,
      promptTemplate: 'Heal {{branch}}',
      agent: { provider: 'command' as const, command: ['true'] },
    },
  ],
  inputs: [{ name: 'branch', required: true }],
};

export const aRepository = () => `acme/${randomUUID()}`;

export const registration = (own: Own): Registration => ({
  triggerId: TriggerId.parse(derivedIdOf(TriggerId, randomUUID())),
  name: 'Heal',
  event: 'check_run.completed',
  repository: aRepository(),
  inputMapping: { branch: 'check_run.head', repository: 'repository.full_name', unknown: 'action' },
  ...own,
});

const payload = JSON.stringify({
  check_run: { head: 'fix', pull_requests: [{ number: 7 }] },
  sender: { login: 'ada' },
});

/** About pull request 7. */
export const aDelivery = (repository: string): InputOf<typeof delivery.commands.AcceptDelivery> => ({
  deliveryId: DeliveryId.parse(randomUUID()),
  event: 'check_run.completed',
  repository,
  payload,
});

async function lead(owners: Pool, replica: Replica, die: Die = () => undefined): Promise<() => Promise<void>> {
  const owner = randomUUID();
  await owners.query(
    `insert into ops.leases (name, owner, expires_at) values ($1, $2, 'infinity')
     on conflict (name) do update set owner = excluded.owner`,
    [PROCESSES, owner],
  );
  const log = { debug: () => undefined, warn: () => undefined };
  const events = new PostgresEventLog(replica.pool);
  const send: typeof replica.execute = async (command, about) => {
    const answer = await replica.execute(command, about);
    die(command.type);
    return answer;
  };
  const timers = new Timers(replica.pool, send, log);
  const runner = new ProcessRunner(github.processes, {
    pool: replica.pool,
    events,
    reader: new LogReader(events, undefined),
    effects: new Effects(send, timers),
    log,
    backOffMs: 1,
  });
  const until = new AbortController();
  const running = Promise.all([runner.run({ owner, signal: until.signal }), timers.run(until.signal)]);
  return async () => {
    until.abort();
    await running;
  };
}
