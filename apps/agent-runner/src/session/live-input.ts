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
  #isOpen = true;

  constructor(
    private readonly stdin: AgentStdin,
    private readonly protocol: InputProtocol,
  ) {}

  /**
   * Gives the agent a message for its next turn. Returns the message's id, under which the agent's output shows it.
   * @throws DomainError `agent.input_closed` when the agent has done its work
   */
  inject(text: string): string {
    if (!this.#isOpen) throw closed();
    const id = randomUUID();
    this.#unanswered.add(id);
    this.stdin.write(this.protocol.message(text, id));
    return id;
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
    for (const id of line?.user_message_uuids ?? []) this.#unanswered.delete(id);
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
    for (const id of this.#interruptions.keys()) this.#settle(id, false);
  }

  #settle(id: string, isConfirmed: boolean): void {
    this.#interruptions.get(id)?.(isConfirmed);
    this.#interruptions.delete(id);
  }
}

const closed = () => new DomainError('agent.input_closed', 'the agent has done its work', 'conflict');
