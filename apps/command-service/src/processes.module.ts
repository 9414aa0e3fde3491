import { Module } from '@nestjs/common';
import { BudgetClock, budgetEffects, BudgetLedger } from '@syntropic/budgets';
import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { LocalCommands } from '@syntropic/messaging';
import { Effects, ProcessRunner, Timers } from '@syntropic/processes';
import { LOG, NATS } from '@syntropic/service';
import { EventLists, TelemetryReader } from '@syntropic/telemetry';
import { Sweeper, workEffects, WorkQueue } from '@syntropic/work';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import { BusPulse } from './bus-pulse';
import { config } from './command-service.config';
import { CONTEXTS } from './contexts';
import { interruption } from './interruption';
import { outOfTime } from './out-of-time';
import { LeaderTasks } from './leader.tasks';
import { SessionRepricings } from './repricing/session-repricings';
import { exportTraces } from './traces/export-traces.process';
import { TraceExporter } from './traces/trace-exporter';
import { WorkSignalsOverBus } from './work-signals';

/** The work that commands do not request: processes, timers, the sweeper, the clock of budgets and the re-pricing of sessions. */
@Module({
  providers: [
    { provide: BusPulse, inject: [NATS], useFactory: (nats: NatsConnection) => new BusPulse(nats) },
    { provide: LogReader, inject: [PostgresEventLog, NATS, LOG], useFactory: logReader },
    { provide: Timers, inject: [Pool, LocalCommands, LOG], useFactory: timers },
    { provide: TraceExporter, inject: [Pool, PostgresEventLog, LOG], useFactory: traceExporter },
    { provide: Effects, inject: [LocalCommands, WorkQueue, BudgetLedger, Timers, TraceExporter], useFactory: effects },
    { provide: ProcessRunner, inject: [Pool, PostgresEventLog, LogReader, Effects, LOG], useFactory: processRunner },
    { provide: Sweeper, inject: [Pool, LocalCommands, WorkSignalsOverBus, BusPulse, LOG], useFactory: sweeper },
    { provide: BudgetClock, inject: [BudgetLedger, LocalCommands, LOG], useFactory: budgetClock },
    { provide: SessionRepricings, inject: [Pool, LocalCommands, LOG], useFactory: sessionRepricings },
    LeaderTasks,
  ],
})
export class ProcessesModule {}

function logReader(events: PostgresEventLog, nats: NatsConnection, log: Logger): LogReader {
  const onFault = (error: unknown) => {
    log.warn({ error }, 'reading the log failed and is tried again');
  };
  return new LogReader(events, nats, { onFault });
}

function timers(pool: Pool, { execute }: LocalCommands, log: Logger): Timers {
  return new Timers(pool, execute, log);
}

type EffectParts = readonly [
  commands: LocalCommands,
  queue: WorkQueue,
  ledger: BudgetLedger,
  started: Timers,
  traces: TraceExporter,
];

function effects(...[{ execute }, queue, ledger, started, traces]: EffectParts): Effects {
  return new Effects(execute, started, { ...workEffects(queue), ...budgetEffects(ledger), ...traces.handlers });
}

function traceExporter(pool: Pool, log: PostgresEventLog, warnings: Logger): TraceExporter {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers } = config;
  return new TraceExporter({
    endpoint,
    headers,
    log,
    telemetry: new TelemetryReader(pool),
    lists: new EventLists(pool),
    warnings,
  });
}

function budgetClock(ledger: BudgetLedger, { execute }: LocalCommands, log: Logger): BudgetClock {
  return new BudgetClock(ledger, { onOutOfTime: outOfTime(execute), log });
}

function sessionRepricings(pool: Pool, { execute }: LocalCommands, log: Logger): SessionRepricings {
  return new SessionRepricings(pool, { telemetry: new TelemetryReader(pool), send: execute, log });
}

type RunnerParts = readonly [pool: Pool, events: PostgresEventLog, reader: LogReader, effects: Effects, log: Logger];

function processRunner(...[pool, events, reader, carriedOutBy, log]: RunnerParts): ProcessRunner {
  const processes = [...CONTEXTS.flatMap((context) => context.processes), exportTraces];
  return new ProcessRunner(processes, { pool, events, reader, effects: carriedOutBy, log });
}

type SweeperParts = readonly [
  pool: Pool,
  commands: LocalCommands,
  signals: WorkSignalsOverBus,
  pulse: BusPulse,
  log: Logger,
];

function sweeper(...[pool, { execute }, signals, pulse, log]: SweeperParts): Sweeper {
  return new Sweeper(pool, {
    onLost: interruption(execute, 'lease_lost'),
    stillWaits: ({ code }) => code === 'execution.phase_waits',
    onQueueTimeout: interruption(execute, 'queue_timeout'),
    hint: signals.hintAgain,
    inService: () => pulse.isAlive,
    log,
  });
}
