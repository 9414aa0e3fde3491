import { Module } from '@nestjs/common';
import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { LocalCommands } from '@syntropic/messaging';
import { Leadership, type Term } from '@syntropic/postgres';
import { Effects, PROCESSES, ProcessRunner, Timers } from '@syntropic/processes';
import { Background, InjectLog, InjectNats } from '@syntropic/service';
import { Sweeper, WorkQueue } from '@syntropic/work';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import { BusPulse } from './bus-pulse';
import { CONTEXTS } from './contexts';
import { interruption } from './interruption';
import { WorkSignalsOverBus } from './work-signals';

/** Background work of the service: processes, timers and the sweeper, each on one replica at a time. */
@Module({})
export class ProcessesModule {
  constructor(
    private readonly background: Background,
    private readonly pool: Pool,
    @InjectLog() private readonly log: Logger,
    @InjectNats() nats: NatsConnection,
    events: PostgresEventLog,
    queue: WorkQueue,
    signals: WorkSignalsOverBus,
    { execute: send }: LocalCommands,
  ) {
    const timers = new Timers(pool, send, log);
    const effects = new Effects(send, queue, timers);
    const reader = new LogReader(events, nats, { onFault: this.#onFault('reading the log') });
    const pulse = new BusPulse(nats);
    const sweeper = new Sweeper(pool, {
      onLost: interruption(send, 'lease_lost'),
      stillWaits: ({ code }) => code === 'execution.phase_waits',
      onQueueTimeout: interruption(send, 'queue_timeout'),
      hint: signals.hintAgain,
      inService: () => pulse.isAlive,
      log,
    });

    background.add('bus pulse', (signal) => pulse.run(signal));
    const processes = new ProcessRunner(
      CONTEXTS.flatMap(({ processes }) => processes),
      {
        pool,
        events,
        reader,
        effects,
        log,
      },
    );
    this.#lead(PROCESSES, (term) => processes.run(term));
    this.#lead('timers', ({ signal }) => timers.run(signal));
    this.#lead('sweeper', ({ signal }) => sweeper.run(signal));
  }

  #lead(name: string, work: (term: Term) => Promise<void>): void {
    const leadership = new Leadership(this.pool, name, { onFault: this.#onFault(name) });
    this.background.add(name, (stop) => leadership.lead(work, stop));
  }

  #onFault = (subject: string) => (error: unknown) => {
    this.log.warn({ error }, `${subject} failed and is tried again`);
  };
}
