import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ReleaseWork, RenewWork } from '@syntropic/orchestration/contracts';
import { WorkQueue, type Renewed } from '@syntropic/work';
import { ClaimWorkHandler } from './claim-work.handler';

@CommandHandler(RenewWork)
class RenewWorkHandler implements ICommandHandler<RenewWork, Renewed> {
  constructor(private readonly queue: WorkQueue) {}

  execute({ data }: RenewWork): Promise<Renewed> {
    return this.queue.renew(data);
  }
}

@CommandHandler(ReleaseWork)
class ReleaseWorkHandler implements ICommandHandler<ReleaseWork, { held: boolean }> {
  constructor(private readonly queue: WorkQueue) {}

  async execute({ sessionId, token, as }: ReleaseWork): Promise<{ held: boolean }> {
    return { held: await this.queue.release({ sessionId, token }, as) };
  }
}

export const workHandlers = [ClaimWorkHandler, RenewWorkHandler, ReleaseWorkHandler];
