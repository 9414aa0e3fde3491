import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { BudgetClock } from '@syntropic/budgets';
import { Leadership, type Term } from '@syntropic/postgres';
import { PROCESSES, ProcessRunner, Timers } from '@syntropic/processes';
import { Background, InjectLog } from '@syntropic/service';
import { Sweeper } from '@syntropic/work';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import { BusPulse } from './bus-pulse';
import { SessionRepricings } from './repricing/session-repricings';

/** Runs processes, timers, the sweeper, the clock of budgets and the re-pricing of sessions, each on one replica at a time. */
@Injectable()
export class LeaderTasks implements OnModuleInit {
  constructor(
    private readonly background: Background,
    private readonly pool: Pool,
    private readonly parts: ModuleRef,
    @InjectLog() private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    const [processes, timers, sweeper, clock, repricings, pulse] = [
      this.parts.get(ProcessRunner),
      this.parts.get(Timers),
      this.parts.get(Sweeper),
      this.parts.get(BudgetClock),
      this.parts.get(SessionRepricings),
      this.parts.get(BusPulse),
    ];
    this.background.add('bus pulse', (signal) => pulse.run(signal));
    this.#lead(PROCESSES, (term) => processes.run(term));
    this.#lead('timers', ({ signal }) => timers.run(signal));
    this.#lead('sweeper', ({ signal }) => sweeper.run(signal));
    this.#lead('budget-clock', ({ signal }) => clock.run(signal));
    this.#lead('session-repricing', ({ signal }) => repricings.run(signal));
  }

  #lead(name: string, work: (term: Term) => Promise<void>): void {
    const onFault = (error: unknown) => {
      this.log.warn({ error }, `${name} failed and is tried again`);
    };
    const leadership = new Leadership(this.pool, name, { onFault });
    this.background.add(name, (stop) => leadership.lead(work, stop));
  }
}
