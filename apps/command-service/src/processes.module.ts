import { Module } from '@nestjs/common';
import { closeSessions } from '@syntropic/agent-sessions/application';
import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { closeWorkspaces, runPhases } from '@syntropic/orchestration/application';
import { Leadership } from '@syntropic/postgres';
import { Effects, ProcessRunner, Timers } from '@syntropic/processes';
import { Background, InjectLog, InjectNats } from '@syntropic/service';
import { Sweeper, WorkQueue } from '@syntropic/work';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import { BusPulse } from './bus-pulse';
import { InProcessCommands } from './in-process-commands';
import { interruption } from './interruption';
import { WorkSignalsOverBus } from './work-signals';

/** What happens by itself: processes, timers and the sweeper, each on one replica at a time. */
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
    { send }: InProcessCommands,
  ) {
    const timers = new Timers(pool, send, log);
    const effects = new Effects(send, queue, timers);
    const reader = new LogReader(events, nats, { onFault: this.onFault('reading the log') });
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
    for (const process of [runPhases, closeSessions, closeWorkspaces]) {
      const runner = new ProcessRunner(process, { pool, reader, effects, log });
      this.leads(`process/${process.name}`, (signal) => runner.run(signal));
    }
    this.leads('timers', (signal) => timers.run(signal));
    this.leads('sweeper', (signal) => sweeper.run(signal));
  }

  private leads(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    const leadership = new Leadership(this.pool, name, { onFault: this.onFault(name) });
    this.background.add(name, (stop) => leadership.lead(({ signal }) => work(signal), stop));
  }

  private onFault = (subject: string) => (error: unknown) => {
    this.log.warn({ error }, `${subject} failed and is tried again`);
  };
}
