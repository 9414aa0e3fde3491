import { jsonIn, MAX_EVENTS, textIn, type EventFault, type ReportedFact } from '@syntropic/telemetry';
import type { FaultyPart } from './fact-intake';
import { invalidBody } from './ingest-problem';

/** A value of a body, or text that is none. */
export type Part = Readonly<{ value: unknown }> | Readonly<{ text: string; fault: string }>;

/** @throws Unreadable */
export const jsonPart = (body: Uint8Array): Part => ({ value: jsonIn(textIn(body)) });

/** The values in the lines of a body. @throws IngestProblem, Unreadable */
export function lineParts(body: Uint8Array): readonly Part[] {
  const lines = textIn(body)
    .split('\n')
    .filter((line) => line.trim() !== '');
  if (lines.length > MAX_EVENTS) throw invalidBody([{ field: 'events', message: `more than ${MAX_EVENTS}` }]);
  return lines.map((line) => {
    try {
      return { value: jsonIn(line) };
    } catch (error) {
      return { text: line, fault: error instanceof Error ? error.message : String(error) };
    }
  });
}

type Read = Readonly<{ facts: readonly ReportedFact[]; faulty: readonly FaultyPart[] }>;

/** The facts of the parts, and the parts that have faults. */
export function readParts(
  parts: readonly Part[],
  read: (value: unknown) => ReportedFact | readonly EventFault[],
): Read {
  const facts: ReportedFact[] = [];
  const faulty: FaultyPart[] = [];
  for (const [index, part] of parts.entries()) {
    const fact = 'text' in part ? [{ field: '', message: part.fault }] : read(part.value);
    if ('type' in fact) facts.push(fact);
    else faulty.push({ index, faults: fact, part: 'text' in part ? part.text : part.value });
  }
  return { facts, faulty };
}
