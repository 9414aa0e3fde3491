import type { TelemetryType } from '../catalogue';
import { dataOf } from '../telemetry-event';
import type { EventWriter } from './event-writer';
import type { HookEvent } from './hook-event';
import { ModelNames } from './model-names';

const RECORDS: ReadonlySet<string> = new Set<TelemetryType>([
  'model_call_refused',
  'model_limit_reached',
  'egress_connection',
  'setup_command_started',
  'setup_command_ended',
]);

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
