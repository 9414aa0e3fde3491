import { Inject, Injectable } from '@nestjs/common';
import { repeat, Signal } from '@syntropic/async';
import { CommandClient, OutcomeUnknown } from '@syntropic/messaging';
import { ObjectStorageAway, type ObjectStorage } from '@syntropic/object-storage';
import { work } from '@syntropic/orchestration/contracts';
import { OBJECT_STORAGE } from '../injection-tokens';
import { originOf } from '../work/origin';
import { RunnerLog } from '../work/runner-log';

const EVERY_MS = 60_000;
/** Any runner's request is the same. */
const SERVICE = 'agent-runner';

/** Removes checkpoints that no work needs, also those of other runners: several may remove one. */
@Injectable()
export class UnwantedCheckpoints {
  readonly #now = new Signal();

  constructor(
    private readonly client: CommandClient,
    @Inject(OBJECT_STORAGE) private readonly objects: ObjectStorage,
    private readonly log: RunnerLog,
  ) {}

  /** Looks for them at once, because a session has ended that had one. */
  removeNow(): void {
    this.#now.notify();
  }

  async run(signal: AbortSignal): Promise<void> {
    const onFault = (error: unknown) => {
      if (!(error instanceof OutcomeUnknown || error instanceof ObjectStorageAway)) this.log.fault(error);
    };
    await repeat(signal, { everyMs: EVERY_MS, wake: this.#now, onFault }, () => this.#remove());
  }

  /** Reports those that were removed, though others could not be. */
  async #remove(): Promise<void> {
    for (let removed: readonly string[] = []; ;) {
      const { unwanted } = await this.client.send(work.CollectCheckpoints, { removed }, originOf(SERVICE));
      if (unwanted.length === 0) return;

      const results = await Promise.allSettled(unwanted.map((uri) => this.objects.remove(uri)));
      removed = unwanted.filter((_, index) => results[index]?.status === 'fulfilled');
      const refused = results.find(({ status }) => status === 'rejected');
      if (removed.length === 0 && refused?.status === 'rejected') throw refused.reason;
    }
  }
}
