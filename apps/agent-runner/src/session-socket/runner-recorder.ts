import { redactSecrets } from '@syntropic/kernel';
import { reportedFactText, type ReportedFact, type TelemetryType } from '@syntropic/telemetry';
import { runnerNotice, runnerRecord } from '../session/runner-notice';
import type { Spool } from '../session/spool';

/** Records of one type in a leg that no account depends on: an agent may ask for any number of refused calls and connections. */
const MOST_OF_A_TYPE = 5_000;

/** Facts of a leg that programs of its workspace report. */
const MOST_REPORTED = 50_000;

/** The runner's own records in the spool of a session, and what is reported at its socket. */
export class RunnerRecorder {
  readonly #written = new Map<TelemetryType, number>();
  #reported = 0;

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

  /** Adds a fact that a program of the workspace has reported. @throws when the spool cannot be written */
  report(fact: ReportedFact): void {
    if (++this.#reported <= MOST_REPORTED) this.#append(redactSecrets(reportedFactText(fact)), 'reported');
    else if (this.#reported === MOST_REPORTED + 1) {
      this.#append(runnerNotice(`more than ${MOST_REPORTED} reported facts: further ones are not stored`));
    }
  }

  #append(text: string, stream: 'runner' | 'reported' = 'runner'): void {
    this.spool.append({ leg: this.leg, at: new Date().toISOString(), stream, text });
  }
}
