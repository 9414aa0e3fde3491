import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { content } from '@syntropic/artifacts/contracts';
import { contentProjection } from '@syntropic/artifacts/read-model';
import { AGAIN, repeat, Signal } from '@syntropic/async';
import { derivedUuid, type CommandMessage } from '@syntropic/kernel';
import { CommandClient, OutcomeUnknown, type CommandOrigin } from '@syntropic/messaging';
import { ObjectMissing, ObjectStorageAway, type ObjectStorage } from '@syntropic/object-storage';
import { ReadModelBehind, ReadModels } from '@syntropic/projections';
import { LogHead } from '../reads/log-head';
import { OBJECT_STORAGE } from './artifact-bytes';

const { RetireContent, RecordContentRemoval } = content.commands;

const EVERY_MS = 60_000;
const AT_ONCE = 100;

/** The same command for the same content, whichever gateway sends it. */
const REMOVALS = '0f3f2cb4-7a0d-5b56-8f5e-5c1a3f0f4c11';

/**
 * Removes the bytes that no artifact names any more. A content is retired first: from there on no artifact can name it,
 * so once none is left it stays so, and several gateways may remove it at any later moment.
 */
@Injectable()
export class ContentRemoval implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(ContentRemoval.name);
  readonly #wake = new Signal();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly reads: ReadModels,
    private readonly head: LogHead,
    private readonly client: CommandClient,
    @Inject(OBJECT_STORAGE) private readonly objects: ObjectStorage,
  ) {}

  onApplicationBootstrap(): void {
    const onFault = (error: unknown) => {
      if (!isOutage(error)) this.#logger.error(error);
    };
    this.#running = repeat(this.#stop.signal, { everyMs: EVERY_MS, wake: this.#wake, onFault }, () =>
      this.#removeSome(),
    );
  }

  async onModuleDestroy(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Looks for contents at once, because an artifact was deleted or got another content. */
  removeSoon(): void {
    this.#wake.notify();
  }

  async #removeSome(): Promise<unknown> {
    const minPosition = await this.head.now();
    const { rows, total } = await this.reads.page(contentProjection, {
      where: { is_named: false },
      limit: AT_ONCE,
      minPosition,
    });
    const faults: unknown[] = [];
    for (const { uri } of rows) {
      if (this.#stop.signal.aborted) return;
      await this.#remove(uri).catch((error: unknown) => faults.push(error));
    }
    if (faults.length > 0) throw faults[0];
    return total > rows.length ? AGAIN : undefined;
  }

  async #remove(uri: string): Promise<void> {
    const { position } = await this.client.send(RetireContent, { uri }, originOf(RetireContent, uri));
    const { epoch } = await this.head.now();
    const row = await this.reads.get(contentProjection, uri, { minPosition: { epoch, position } });
    if (!row || row.is_named) return;
    await this.objects.remove(uri).catch((error: unknown) => {
      // A location in no storage of this kind holds nothing.
      if (!(error instanceof ObjectMissing)) throw error;
    });
    await this.client.send(RecordContentRemoval, { uri }, originOf(RecordContentRemoval, uri));
  }
}

const originOf = ({ type }: CommandMessage, uri: string): CommandOrigin => {
  const id = derivedUuid(REMOVALS, type, uri);
  return { commandId: id, correlationId: id, causationId: id, actor: { kind: 'service', id: 'gateway' } };
};

const isOutage = (error: unknown): boolean =>
  error instanceof OutcomeUnknown || error instanceof ObjectStorageAway || error instanceof ReadModelBehind;
