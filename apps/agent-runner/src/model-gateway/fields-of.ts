import { eventLoopTurns } from '../session/event-loop-turns';
import { JsonFields } from './json-fields';

/** Bytes that are looked at in one step. */
const SLICE_BYTES = 256 * 1024;

/** Looks through a document in steps: an agent may send many megabytes. */
export async function fieldsOf(document: Buffer, paths: readonly string[]): Promise<JsonFields> {
  const fields = new JsonFields(paths);
  for (let from = 0; from < document.length; from += SLICE_BYTES) {
    fields.push(document.subarray(from, from + SLICE_BYTES));
    await eventLoopTurns.next();
  }
  return fields;
}
