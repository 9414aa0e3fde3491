import type { ReplyOf, Command } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { work } from '@syntropic/orchestration/contracts';
import { WorkQueue } from '@syntropic/work';

@Handles(work.RenewWork)
export class RenewWorkHandler implements Handler<typeof work.RenewWork> {
  constructor(private readonly queue: WorkQueue) {}

  execute({ data, context: { user } }: Command<typeof work.RenewWork>): Promise<ReplyOf<typeof work.RenewWork>> {
    return this.queue.renew({ ...data, user });
  }
}

@Handles(work.ReleaseWork)
export class ReleaseWorkHandler implements Handler<typeof work.ReleaseWork> {
  constructor(private readonly queue: WorkQueue) {}

  async execute({ data }: Command<typeof work.ReleaseWork>): Promise<ReplyOf<typeof work.ReleaseWork>> {
    return { held: await this.queue.release(data, data.as) };
  }
}
