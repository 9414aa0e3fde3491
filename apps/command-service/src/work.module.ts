import { Global, Module } from '@nestjs/common';
import { BudgetLedger } from '@syntropic/budgets';
import { Runners } from '@syntropic/orchestration/application';
import { GithubServer } from '@syntropic/orchestration/contracts';
import { CheckpointNotes, WorkQueue } from '@syntropic/work';
import { Pool } from 'pg';
import { config } from './command-service.config';
import { RunnersInTable } from './runners-in-table';
import { WorkSignalsOverBus } from './work-signals';

/** The work queue, the notes of checkpoints the ledger of budgets and the server of repositories, which handlers, processes and the leader's tasks share. */
@Global()
@Module({
  providers: [
    WorkSignalsOverBus,
    {
      provide: WorkQueue,
      inject: [Pool, WorkSignalsOverBus],
      useFactory: (pool: Pool, signals: WorkSignalsOverBus) => new WorkQueue(pool, signals),
    },
    { provide: CheckpointNotes, inject: [Pool], useFactory: (pool: Pool) => new CheckpointNotes(pool) },
    { provide: BudgetLedger, inject: [Pool], useFactory: (pool: Pool) => new BudgetLedger(pool) },
    { provide: Runners, useClass: RunnersInTable },
    { provide: GithubServer, useFactory: () => new GithubServer(config.GITHUB_URL) },
  ],
  exports: [WorkQueue, CheckpointNotes, BudgetLedger, WorkSignalsOverBus, Runners, GithubServer],
})
export class WorkModule {}
