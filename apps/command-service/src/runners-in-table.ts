import { Injectable } from '@nestjs/common';
import { Runners } from '@syntropic/orchestration/application';
import type { Capabilities } from '@syntropic/orchestration/domain';
import { WorkQueue } from '@syntropic/work';

/** The runners in `ops.runners` that have renewed their leases recently. */
@Injectable()
export class RunnersInTable extends Runners {
  constructor(private readonly queue: WorkQueue) {
    super();
  }

  async capabilities(): Promise<Capabilities> {
    const runners = await this.queue.capabilities();
    return ({ provider, isolation }) =>
      runners.some(({ backends, providers }) => backends.includes(isolation) && providers.includes(provider));
  }
}
