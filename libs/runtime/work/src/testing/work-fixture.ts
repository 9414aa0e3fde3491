import { randomUUID } from 'node:crypto';
import type { Lease } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import type { Pool } from 'pg';
import type { Capabilities, NewWork, Work } from '../work';
import { Sweeper, type SweeperOptions } from '../sweeper';
import type { RenewedLease } from '../renewals';
import { WorkQueue, type RunnerAddress } from '../work-queue';

export const newWork = (fields: Partial<NewWork> = {}): NewWork => ({
  sessionId: randomUUID(),
  executionId: 'exec-000000000001',
  workflowId: 'review',
  phaseId: 'plan',
  attempt: 1,
  leg: 1,
  backend: 'sandbox',
  provider: 'command',
  ...fields,
});

/** The capabilities of a runner that can run `newWork`. */
export const capabilitiesOf = (runner: string): Capabilities => ({
  runner,
  backends: ['sandbox'],
  providers: ['command'],
});

export const accept = () => Promise.resolve();

/** A work queue with a database of its own, emptied before each test, in the role of command-service. */
export class WorkFixture {
  readonly #database = useDatabase();
  #pool: Pool | undefined;
  /** The hinted sessions, in order. */
  hinted: string[] = [];
  #wakes: RunnerAddress[] = [];

  constructor() {
    beforeEach(async () => {
      await this.owner.query('truncate ops.work, ops.runners, ops.checkpoints');
      this.hinted = [];
      this.#wakes = [];
    });
    afterAll(() => this.#pool?.end());
  }

  get pool(): Pool {
    return (this.#pool ??= this.ownPool());
  }

  /** The owner's role, which may change times in the tables. */
  get owner(): Pool {
    return this.#database.pool;
  }

  ownPool(): Pool {
    return createPool(this.#database.urlAs('syn_command_service'));
  }

  get queue(): WorkQueue {
    return new WorkQueue(this.pool, {
      hint: ({ sessionId }) => this.hinted.push(sessionId),
      wake: (address) => this.#wakes.push(address),
    });
  }

  /** The woken runners, in order. */
  get woken(): readonly string[] {
    return this.#wakes.map(({ runner }) => runner);
  }

  /** The users of the woken runners, in order. */
  get wokenUsers(): readonly (string | null)[] {
    return this.#wakes.map(({ user }) => user);
  }

  async queued(fields: Partial<NewWork> = {}, asOf = 1, queue = this.queue): Promise<NewWork> {
    const work = newWork(fields);
    await queue.enqueue(work, asOf);
    return work;
  }

  async claimed(runner: string): Promise<Work> {
    const work = await this.queue.claim(capabilitiesOf(runner));
    if (!work) throw new Error('there was nothing to claim');
    return work;
  }

  async renewed(runner: string, ...held: readonly Lease[]): Promise<readonly RenewedLease[]> {
    const { leases } = await this.queue.renew({ ...capabilitiesOf(runner), slots: 2, leases: held });
    return leases;
  }

  async rowOf({ sessionId }: Pick<Lease, 'sessionId'>) {
    const { rows } = await this.pool.query<{ state: string; token: number; queuedAt: Date }>(
      'select state, token, queued_at as "queuedAt" from ops.work where session_id = $1',
      [sessionId],
    );
    return rows[0];
  }

  /** As the log asks it, which runs with its owner's rights. */
  async fenceHolds({ sessionId, token }: Lease): Promise<boolean> {
    const { rows } = await this.owner.query<{ holds: boolean }>('select ops.lease_holds($1, $2) as holds', [
      sessionId,
      token,
    ]);
    return rows[0]?.holds === true;
  }

  async endTerms(): Promise<void> {
    await this.owner.query(
      `update ops.work set expires_at = clock_timestamp() - interval '1 minute' where state = 'leased'`,
    );
  }

  /** New work that this runner has claimed, whatever else is queued or being claimed. */
  async held(runner = 'r1', queue = this.queue): Promise<Work> {
    const { sessionId } = await this.queued({}, 1, queue);
    const work = await queue.claim({ ...capabilitiesOf(runner), sessionId });
    if (!work) throw new Error('there was nothing to claim');
    return work;
  }

  async isHeld(lease: Work): Promise<boolean> {
    const renewed = await this.renewed(lease.runner ?? '', lease);
    return renewed.every(({ held }) => held);
  }

  sweeper(options: Partial<SweeperOptions> = {}, pool = this.pool): Sweeper {
    return new Sweeper(pool, {
      onLost: accept,
      onQueueTimeout: accept,
      hint: () => undefined,
      inService: () => true,
      log: { warn: () => undefined },
      ...options,
    });
  }

  /** Sets the ages of the last break in service and of the sweeper's last run. */
  async serviceWas(since: string, last: string): Promise<void> {
    await this.owner.query(
      `update ops.lease_service set since = clock_timestamp() - $1::interval, last = clock_timestamp() - $2::interval`,
      [since, last],
    );
  }

  async ages(column: 'queued_at' | 'hinted_at' | 'closed_at', by: string): Promise<void> {
    await this.owner.query(`update ops.work set ${column} = ${column} - $1::interval`, [by]);
  }
}
