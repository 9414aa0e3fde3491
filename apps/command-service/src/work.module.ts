import { Global, Module } from '@nestjs/common';
import { Runners } from '@syntropic/orchestration/application';
import { WorkQueue } from '@syntropic/work';
import { Pool } from 'pg';
import { RunnersInTable } from './runners-in-table';
import { WorkSignalsOverBus } from './work-signals';

/** The work queue that handlers, processes and the sweeper share. */
@Global()
@Module({
  providers: [
    WorkSignalsOverBus,
    {
      provide: WorkQueue,
      inject: [Pool, WorkSignalsOverBus],
      useFactory: (pool: Pool, signals: WorkSignalsOverBus) => new WorkQueue(pool, signals),
    },
    { provide: Runners, useClass: RunnersInTable },
  ],
  exports: [WorkQueue, WorkSignalsOverBus, Runners],
})
export class WorkModule {}
