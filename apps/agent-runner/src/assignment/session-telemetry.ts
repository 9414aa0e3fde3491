import { Injectable } from '@nestjs/common';
import type { Usage } from '@syntropic/kernel';
import { CollectorClient } from '@syntropic/telemetry';
import { Spool, type MessageOutline } from '../session';
import { Gathering } from './gathering';
import { ParserThread } from './parser-thread';
import type { OpenDirectory } from './session-directories';
import { TelemetrySender } from './telemetry-sender';

/** The figures of a session whose agent could not be started. */
type UnstartedAccount = Readonly<{
  usage: Usage;
  telemetryEvents: number;
  /** The file of its transcript; absent when nothing was printed. */
  transcript?: string;
}>;

/** Sends the spools of sessions to the collector. The signals are aborted when the lease is lost, or the runner ends. */
@Injectable()
export class SessionTelemetry {
  #sessions = 0;
  readonly #gathering = new Gathering();

  constructor(
    private readonly collector: CollectorClient,
    private readonly parsing: ParserThread,
  ) {}

  /** Counts a session of the runner while it goes on. */
  async during<Result>(session: () => Promise<Result>): Promise<Result> {
    this.#sessions++;
    try {
      return await session();
    } finally {
      this.#sessions--;
    }
  }

  /** The sender for the output of a running leg. */
  open(
    { session, legEnds }: OpenDirectory,
    spool: Spool,
    signal: AbortSignal,
    onUsage?: (usage: Usage, sequence: number) => void,
  ): Promise<TelemetrySender> {
    const { collector, parsing } = this;
    const gathered = () => this.#gathering.of(this.#sessions);
    return TelemetrySender.open({ collector, parsing, session, spool, legEnds, signal, onUsage, gathered });
  }

  /** The fields of a line that decide where its agent can be paused. */
  outline(line: string): Promise<MessageOutline | undefined> {
    return this.parsing.outline(line);
  }

  /** Stores the output that an ended session has left in its spool, and the end of its last leg. */
  async storeRest(opened: OpenDirectory, signal: AbortSignal): Promise<void> {
    await this.#withSpool(opened, signal, (sender) => sender.finish());
  }

  /** Stores the output of a session whose present leg has no agent, as far as it is not, and adds it up. */
  async accountOfUnstarted(opened: OpenDirectory, signal: AbortSignal): Promise<UnstartedAccount> {
    return this.#withSpool(opened, signal, async (sender, spool) => {
      spool.finish();
      await sender.run();
      const { usage, events: telemetryEvents } = sender;
      return { usage, telemetryEvents, ...(spool.last > 0 && { transcript: spool.file }) };
    });
  }

  async #withSpool<Result>(
    opened: OpenDirectory,
    signal: AbortSignal,
    use: (sender: TelemetrySender, spool: Spool) => Promise<Result>,
  ): Promise<Result> {
    const spool = await Spool.open(opened.directory);
    try {
      const sender = await this.open(opened, spool, signal);
      return await use(sender, spool).finally(() => {
        sender.close();
      });
    } finally {
      await spool.close();
    }
  }
}
