import type { TelemetryType } from '../catalogue';
import { RUNNER_TYPES } from '../catalogue.runner';
import { dataOf } from '../telemetry-event';
import type { EventWriter } from './event-writer';
import type { HookEvent } from './hook-event';
import { ModelNames } from './model-names';

/** Calls are read apart, because accounts depend on them. */
const RECORDS: ReadonlySet<string> = new Set(RUNNER_TYPES.filter((type) => type !== 'model_call'));

/** Reads the records that the runner itself has added to a session's spool: agents and hooks cannot write them. */
export class RunnerRecords {
  readonly #names = new ModelNames();

  constructor(private readonly writer: EventWriter) {}

  /** False for other records of the runner, such as its notices. */
  read({ type, data }: HookEvent): boolean {
    const { leg } = this.writer;
    const call = dataOf('model_call', { type, data: { ...data, leg } });
    if (call) this.writer.write('model_call', { ...call, model: this.#names.of(call.model ?? 'unknown') });
    else if (RECORDS.has(type)) this.writer.writeReported(type as TelemetryType, data);
    else return false;
    return true;
  }
}
