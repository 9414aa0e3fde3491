import { ObjectStorageAway, type ObjectSource, type ObjectStorage, type StoredObject } from '@syntropic/object-storage';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Facilities } from './facilities';

/** Between two attempts, each of which has its own patience. */
const PAUSE_MS = 1_000;

/** Storage that is away costs time, not the session: it is asked again for as long as the work is held. */
export class PatientObjects implements ObjectStorage {
  constructor(
    private readonly facilities: Pick<Facilities, 'objects' | 'onFault'>,
    /** Aborted when the work is no longer held. */
    private readonly signal: AbortSignal,
  ) {}

  put(source: ObjectSource): Promise<StoredObject> {
    return this.#answered(() => this.facilities.objects.put(source));
  }

  get(uri: string): Promise<Readable> {
    return this.#answered(() => this.facilities.objects.get(uri));
  }

  async #answered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    for (let isTold = false; ; isTold = true) {
      this.signal.throwIfAborted();
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof ObjectStorageAway)) throw error;
        if (!isTold) this.facilities.onFault(error);
      }
      await pause(PAUSE_MS, undefined, { signal: this.signal });
    }
  }
}
