import type { TelemetryType } from '@syntropic/telemetry';
import { runnerNotice, runnerRecord } from '../session/runner-notice';
import type { Spool } from '../session/spool';

/** Records of one type in a leg that no account depends on: an agent may ask for any number of refused calls and connections. */
const MOST_OF_A_TYPE = 5_000;

/** The runner's own records in the spool of a session. */
export class RunnerRecorder {
  readonly #written = new Map<TelemetryType, number>();

  constructor(
    private readonly spool: Pick<Spool, 'append'>,
    private readonly leg: number,
  ) {}

  /** Adds a record that an account depends on. @throws when the spool cannot be written */
  account(type: TelemetryType, data: object): void {
    this.#append(runnerRecord(type, data));
  }

  /** Adds a record that is left out when there are too many of its type. @throws when the spool cannot be written */
  note(type: TelemetryType, data: object): void {
    const written = (this.#written.get(type) ?? 0) + 1;
    this.#written.set(type, written);
    if (written <= MOST_OF_A_TYPE) this.#append(runnerRecord(type, data));
    else if (written === MOST_OF_A_TYPE + 1) {
      this.#append(runnerNotice(`more than ${MOST_OF_A_TYPE} records of ${type}: further ones are not stored`));
    }
  }

  #append(text: string): void {
    this.spool.append({ leg: this.leg, at: new Date().toISOString(), stream: 'runner', text });
  }
}
