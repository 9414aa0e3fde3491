import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '@syntropic/messaging';
import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { SETTINGS } from '../injection-tokens';
import { RunnerLog } from '../work/runner-log';
import type { RunnerSettings } from '../work/runner-settings';
import { Assignment } from './assignment';
import { SessionLifecycle } from './session-lifecycle';

@Injectable()
export class AssignmentFactory {
  constructor(
    private readonly client: CommandClient,
    private readonly lifecycle: SessionLifecycle,
    @Inject(SETTINGS) private readonly settings: Pick<RunnerSettings, 'pauseHoldMs' | 'limitPauseMs'>,
    private readonly log: RunnerLog,
  ) {}

  create(order: WorkOrder, runner: string): Assignment {
    const { client, lifecycle } = this;
    const { pauseHoldMs, limitPauseMs } = this.settings;
    const onFault = (error: unknown) => {
      this.log.fault(error);
    };
    return new Assignment(order, { runner, client, lifecycle, pauseHoldMs, limitPauseMs, onFault });
  }
}
