import { DomainError } from '@syntropic/kernel';
import type { AgentMessage, MessageId, WorkOrder } from '@syntropic/orchestration/contracts';
import { createReadStream } from 'node:fs';
import type { SessionRun } from '../session';
import type { SessionCommands } from './session-commands';

type Commands = Pick<SessionCommands, 'listMessages' | 'deliverMessage'>;
type Run = Pick<SessionRun, 'input' | 'spool'>;

/** The first line of a message of the role `system`. Agents know no system messages in the midst of a conversation. */
const SYSTEM_MARK = '[A message of the operators of this run, not of its user]';

/** Gives a session's agent the messages that come while it works, in order and each once, and reports the ones that it has taken. */
export class SessionMessages {
  /** The messages of this leg that were given or found. */
  readonly #given = new Set<MessageId>();
  readonly #reports: Promise<void>[] = [];
  #run: Run | undefined;
  #announced = 0;
  #requests = 0;
  #last: MessageId | undefined;
  #fetching: Promise<void> = Promise.resolve();

  constructor(
    private readonly commands: Commands,
    private readonly order: Pick<WorkOrder, 'leg' | 'hasMessages'>,
    private readonly onFault: (error: unknown) => void,
  ) {}

  begin(run: Run): void {
    this.#run = run;
    if (this.order.hasMessages || this.#announced > 0) this.#fetch();
  }

  /** @param asOf position of the newest message for the execution */
  announce(asOf: number): void {
    if (asOf <= this.#announced) return;
    this.#announced = asOf;
    if (this.#run) this.#fetch();
  }

  /** To be called when the agent has ended. Resolves when all reports about its messages are answered. */
  async settled(): Promise<void> {
    await this.#fetching;
    await Promise.all(this.#reports);
  }

  #fetch(): void {
    this.#fetching = this.#fetching.then(() => this.#giveAll()).catch(this.onFault);
  }

  async #giveAll(): Promise<void> {
    const run = this.#run;
    if (!run?.input) return;
    for (let hasMore = true; hasMore;) {
      const page = await this.commands.listMessages(this.#last, `${++this.#requests}`);
      for (const message of page.messages) await this.#give(message, run);
      hasMore = page.hasMore && page.messages.length > 0;
    }
  }

  /** A message that the agent has no time for waits for its next leg or attempt. */
  async #give({ messageId, role, message }: AgentMessage, { input, spool }: Run): Promise<void> {
    this.#last = messageId;
    if (this.#given.has(messageId)) return;
    this.#given.add(messageId);
    // A runner that was lost may not have reported a message that the conversation has.
    if (this.order.leg > 1 && (await isShown(messageId, spool.file))) {
      await this.commands.deliverMessage(messageId);
      return;
    }
    try {
      input?.inject(role === 'system' ? `${SYSTEM_MARK}\n\n${message}` : message, messageId);
    } catch (error) {
      if (error instanceof DomainError && error.code === 'agent.input_closed') return;
      throw error;
    }
    if (input) this.#reports.push(this.#report(messageId, input.delivery(messageId)));
  }

  async #report(messageId: MessageId, delivery: Promise<boolean>): Promise<void> {
    try {
      if (await delivery) await this.commands.deliverMessage(messageId);
    } catch (error) {
      this.onFault(error);
    }
  }
}

/** True when a line of the spool is the message as the agent shows it. Spooled lines are JSON texts. */
async function isShown(messageId: MessageId, file: string): Promise<boolean> {
  const id = Buffer.from(String.raw`\"uuid\":\"${messageId}\"`);
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk]);
    if (bytes.includes(id)) return true;
    rest = bytes.subarray(-id.length);
  }
  return false;
}
