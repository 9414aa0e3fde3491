/** The place of an event in a list that is ordered by time: its time to the microsecond, its sequence number or 0, and its id. */
export type EventCursor = Readonly<{ time: string; sequence: number; eventId: string }>;

const WIRE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_(\d{1,15})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** On the wire opaque to clients. */
export const formatEventCursor = ({ time, sequence, eventId }: EventCursor): string => `${time}_${sequence}_${eventId}`;

/** `undefined` for a text that is no cursor. */
export function parseEventCursor(text: string): EventCursor | undefined {
  const [, time, sequence, eventId] = WIRE.exec(text) ?? [];
  const isMoment = time !== undefined && !Number.isNaN(Date.parse(time)) && !time.startsWith('0000');
  return isMoment && eventId !== undefined ? { time, sequence: Number(sequence), eventId } : undefined;
}
