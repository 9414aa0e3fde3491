import { Inject, Injectable } from '@nestjs/common';
import { retry } from '@syntropic/async';
import { ObjectStorageAway, type ObjectSource, type ObjectStorage, type StoredObject } from '@syntropic/object-storage';
import type { Readable } from 'node:stream';
import { OBJECT_STORAGE } from '../injection-tokens';
import { RunnerLog } from '../work/runner-log';

/** Between two attempts, each of which has retries of its own. */
const BACK_OFF = { firstMs: 1_000, longestMs: 2_000 };

type RetryOptions = Readonly<{ objects: ObjectStorage; onFault: (error: unknown) => void }>;

/** Retries while the storage is unavailable, so that an outage delays a session but does not fail it. */
export class RetryingObjectStorage implements ObjectStorage {
  constructor(
    private readonly options: RetryOptions,
    private readonly signal: AbortSignal,
  ) {}

  put(source: ObjectSource, signal = this.signal, copy?: string): Promise<StoredObject> {
    return this.#retry((objects) => objects.put(source, signal, copy));
  }

  get(...range: Parameters<ObjectStorage['get']>): Promise<Readable> {
    return this.#retry((objects) => objects.get(...range));
  }

  remove(uri: string): Promise<void> {
    return this.#retry((objects) => objects.remove(uri));
  }

  async #retry<Answer>(attempt: (objects: ObjectStorage) => Promise<Answer>): Promise<Answer> {
    const { objects, onFault } = this.options;
    let isReported = false;
    const report = (error: unknown) => {
      if (!(error instanceof ObjectStorageAway)) throw error;
      if (!isReported) onFault(error);
      isReported = true;
    };
    const done = await retry(this.signal, { backOff: BACK_OFF, onFault: report }, async () => ({
      answer: await attempt(objects),
    }));
    this.signal.throwIfAborted();
    if (!done) throw new Error('the retries ended without an answer');
    return done.answer;
  }
}

/** The object storage for sessions: retries last as long as the session's lease. */
@Injectable()
export class SessionObjectStorage {
  constructor(
    @Inject(OBJECT_STORAGE) private readonly objects: ObjectStorage,
    private readonly log: RunnerLog,
  ) {}

  retryingUntil(leaseLost: AbortSignal): ObjectStorage {
    const onFault = (error: unknown) => {
      this.log.fault(error);
    };
    return new RetryingObjectStorage({ objects: this.objects, onFault }, leaseLost);
  }
}
