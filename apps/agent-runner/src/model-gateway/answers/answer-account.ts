import { JsonFields } from '../json-fields';
import { SseEvents } from '../sse-events';
import { NO_ACCOUNT, type Account, type Dialect } from './dialect';

/** Reads the usage of an answer from its bytes as they pass, and keeps none of them. */
export class AnswerAccount {
  #account: Account = NO_ACCOUNT;
  #fields: JsonFields;
  readonly #events: SseEvents | undefined;

  constructor(
    private readonly dialect: Dialect,
    contentType: string,
  ) {
    this.#fields = new JsonFields(dialect.paths);
    if (!contentType.startsWith('text/event-stream')) return;
    this.#events = new SseEvents({
      onData: (piece) => {
        this.#fields.push(piece);
      },
      onEnd: () => {
        this.#account = this.dialect.event(this.#account, (path) => this.#fields.get(path));
        this.#fields = new JsonFields(dialect.paths);
      },
    });
  }

  push(piece: Buffer): void {
    if (this.#events) this.#events.push(piece);
    else this.#fields.push(piece);
  }

  /** The account of the bytes so far; complete only if nothing is missing. To be called once, when no more come. */
  end(): Account {
    if (!this.#events) {
      const account = this.dialect.document((path) => this.#fields.get(path));
      return { ...account, isComplete: account.isComplete && this.#fields.end !== undefined };
    }
    this.#events.end();
    return this.#account;
  }
}
