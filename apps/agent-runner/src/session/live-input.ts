import { DomainError } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import type { InputProtocol } from '../providers';
import type { AgentStdin } from '../workspaces';
import type { MessageOutline } from './message-outline';

/** The standard input of an agent that takes messages while it runs. It is closed when all of them are answered. */
export class LiveInput {
  /** Messages that no result has named yet. */
  readonly #unanswered = new Set<string>();
  readonly #interruptions = new Map<string, (isConfirmed: boolean) => void>();
  readonly #deliveries = new Map<string, (isTaken: boolean) => void>();
  #isOpen = true;
  #hasEnded = false;

  constructor(
    private readonly stdin: AgentStdin,
    private readonly protocol: InputProtocol,
  ) {}

  /**
   * Gives the agent a message for its next turn. Returns the message's id, under which the agent's output shows it.
   * @param id a UUID
   * @throws DomainError `agent.input_closed` when the agent has done its work
   */
  inject(text: string, id: string = randomUUID()): string {
    if (!this.#isOpen) throw closed();
    this.#unanswered.add(id);
    this.stdin.write(this.protocol.message(text, id));
    return id;
  }

  /** Resolves with true when the output shows the message; with false when the output ends without it. Called once, before that. */
  delivery(id: string): Promise<boolean> {
    if (this.#hasEnded) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#deliveries.set(id, resolve);
    });
  }

  /**
   * Ends the agent's present turn; messages that wait begin the next one. Resolves with false when the agent ends unconfirmed.
   * @throws DomainError `agent.input_closed` when the agent has done its work
   */
  interrupt(): Promise<boolean> {
    if (!this.#isOpen) throw closed();
    const id = randomUUID();
    return new Promise((resolve) => {
      this.#interruptions.set(id, resolve);
      this.stdin.write(this.protocol.interrupt(id));
    });
  }

  /** To be called with each line of output, in order. @param isIdle true when the agent works on nothing */
  follow(line: MessageOutline | undefined, isIdle: boolean): void {
    if (line) this.#followMessages(line);
    const confirmed = line?.response?.request_id;
    if (confirmed !== undefined) this.#settle(confirmed, line?.response?.subtype === 'success');
    if (isIdle && this.#unanswered.size === 0) this.close();
  }

  /** Takes no more messages. */
  close(): void {
    if (this.#isOpen) this.stdin.end();
    this.#isOpen = false;
  }

  /** To be called when the output has ended. */
  end(): void {
    this.close();
    this.#hasEnded = true;
    for (const id of this.#interruptions.keys()) this.#settle(id, false);
    for (const id of this.#deliveries.keys()) this.#delivered(id, false);
  }

  #followMessages({ isReplay, uuid, user_message_uuids: answered = [] }: MessageOutline): void {
    if (isReplay && uuid !== undefined) this.#delivered(uuid, true);
    for (const id of answered) this.#unanswered.delete(id);
  }

  #delivered(id: string, isTaken: boolean): void {
    this.#deliveries.get(id)?.(isTaken);
    this.#deliveries.delete(id);
  }

  #settle(id: string, isConfirmed: boolean): void {
    this.#interruptions.get(id)?.(isConfirmed);
    this.#interruptions.delete(id);
  }
}

const closed = () => new DomainError('agent.input_closed', 'the agent has done its work', 'conflict');
