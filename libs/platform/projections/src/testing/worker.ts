import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { createPool } from '@syntropic/postgres';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { ProjectionRunner } from '../projection-runner';
import type { ProjectionRunnerOptions } from '../projection-runner-options';
import { createRedis, RowCache } from '../row-cache';
import { PROJECTIONS } from './accounts';

type Settings = Partial<ProjectionRunnerOptions> & { url: string; redisUrl?: string };

/** A worker that can be frozen or killed at any statement, because it intercepts its own statements. */
export class Worker {
  readonly faults: unknown[] = [];
  readonly runner: ProjectionRunner;
  readonly #pool: Pool;
  readonly #redis: Redis | undefined;
  readonly #abort = new AbortController();
  readonly #done: Promise<unknown>;
  #statementsLeft = Infinity;
  #thawed = Promise.resolve();
  thaw: () => void = () => undefined;

  constructor({ url, redisUrl, ...options }: Settings) {
    this.#pool = createPool(url, { max: 4 });
    this.#redis = redisUrl === undefined ? undefined : createRedis(redisUrl);
    const pool = this.#intercepted();
    const log = new PostgresEventLog(pool);
    this.runner = new ProjectionRunner({
      pool,
      log,
      reader: new LogReader(log, undefined),
      projections: PROJECTIONS,
      leaseMs: 600,
      attempts: 3,
      backoffMs: 10,
      ...(this.#redis && { cache: new RowCache(this.#redis) }),
      onFault: (message, cause) => this.faults.push([message, cause]),
      ...options,
    });
    this.#done = this.runner.run(this.#abort.signal).catch((error: unknown) => {
      this.faults.push(error);
      this.#abort.abort();
    });
  }

  get isDead(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Shuts it down in order. */
  async stop(): Promise<void> {
    this.thaw();
    this.#abort.abort();
    await this.#done;
    await this.#disconnect();
  }

  /** Kills it before the `step`th statement: this and all later ones are never sent. */
  async kill(step = 0): Promise<void> {
    this.#statementsLeft = step;
    if (step === 0) await this.#die();
  }

  /** Lets its statements wait until `thaw`, like those of a stopped process. */
  freeze(): void {
    this.thaw();
    this.#thawed = new Promise((resolve) => {
      this.thaw = resolve;
    });
  }

  /** Disconnects it from the cache; the cache itself goes on. */
  loseCache(): void {
    this.#redis?.disconnect();
  }

  /** Reconnects it to the cache. True once it is connected. */
  findCache(): boolean {
    if (this.#redis?.status === 'end') this.#redis.connect().catch(() => undefined);
    return this.#redis?.status === 'ready';
  }

  async #die(): Promise<void> {
    this.thaw();
    this.#abort.abort();
    this.#redis?.disconnect();
    await this.#done;
    await this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    this.#redis?.disconnect();
    if (!this.#pool.ended) await this.#pool.end();
  }

  #intercepted(): Pool {
    const query = async (statement: string, values?: unknown[]) => {
      await this.#thawed;
      if (--this.#statementsLeft >= 0) return this.#pool.query(statement, values);

      this.#abort.abort();
      this.#redis?.disconnect();
      throw new Error('this worker is dead');
    };
    return new Proxy(this.#pool, {
      get: (pool, property) => (property === 'query' ? query : (Reflect.get(pool, property) as unknown)),
    });
  }
}
