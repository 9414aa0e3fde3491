import type { Metadata, Recorded } from '@syntropic/kernel';
import { headers, type MsgHdrs } from 'nats';
import { headerJson, headerText, textOfHeader } from './header-text';
import { domainSubject } from './subjects';

/** The least that any message tells of its event, even where the event itself was too large to travel. */
export type DataRef = Readonly<{ position: number; dataref: string }>;

type Readable = Readonly<{ headers?: MsgHdrs | undefined; data: Uint8Array }>;

/** An event as CloudEvents 1.0 in binary mode: the data is the payload, all about it is in headers. */
export type DomainMessage = Readonly<{ subject: string; headers: MsgHdrs; data: Uint8Array }>;

/** `context` is the bounded context of the event's aggregate; `epoch` says which log its position belongs to. */
export function domainMessage(event: Recorded, context: string, epoch: string, maxPayload: number): DomainMessage {
  const { aggregate, id } = partsOf(event.stream);
  const subject = domainSubject(context, aggregate, id, event.type);
  const written = cloudEvent(event, `/${context}/${aggregate}`, epoch);
  const data = Buffer.from(JSON.stringify(event.data));
  if (data.length + ROOM_FOR_HEADERS + sizeOf(written) <= maxPayload) return { subject, headers: written, data };

  written.set('ce-dataref', `urn:uuid:${event.id}`);
  return { subject, headers: written, data: new Uint8Array() };
}

/** The event that a message carries, or where to find it. */
export function recordedOf(message: Readable): Recorded | DataRef {
  const position = Number(headerOf(message, 'Syn-Position'));
  if (message.headers?.has('ce-dataref')) return { position, dataref: headerOf(message, 'ce-dataref') };

  return {
    position,
    stream: textOfHeader(headerOf(message, 'ce-subject')),
    version: Number(headerOf(message, 'Syn-Version')),
    id: headerOf(message, 'ce-id'),
    type: headerOf(message, 'ce-type'),
    // Only the relay publishes here, and it publishes what the log holds.
    data: JSON.parse(Buffer.from(message.data).toString()) as object,
    metadata: JSON.parse(headerOf(message, 'Syn-Metadata')) as Metadata,
    recordedAt: headerOf(message, 'ce-time'),
  };
}

/** Which log the message's position belongs to. */
export const epochOf = (message: Pick<Readable, 'headers'>): string => headerOf(message, 'Syn-Epoch');

export const positionOf = (message: Pick<Readable, 'headers'>): number => Number(headerOf(message, 'Syn-Position'));

/** The relay adds its expectations; the server counts header lines too. */
const ROOM_FOR_HEADERS = 512;

function cloudEvent(event: Recorded, source: string, epoch: string): MsgHdrs {
  const written = headers();
  written.set('ce-specversion', '1.0');
  written.set('ce-id', event.id);
  written.set('ce-type', event.type);
  written.set('ce-source', source);
  written.set('ce-subject', headerText(event.stream));
  written.set('ce-time', event.recordedAt);
  written.set('content-type', 'application/json');
  if (event.metadata.traceparent) written.set('ce-traceparent', event.metadata.traceparent);
  written.set('Syn-Position', String(event.position));
  written.set('Syn-Epoch', epoch);
  written.set('Syn-Version', String(event.version));
  written.set('Syn-Metadata', headerJson(event.metadata));
  return written;
}

function headerOf({ headers: read }: Pick<Readable, 'headers'>, name: string): string {
  if (!read?.has(name)) throw new Error(`the message has no ${name}: it does not come from the relay`);
  return read.get(name);
}

/** `execution-exec-0a1b…` is the execution `exec-0a1b…`: names of aggregates hold no hyphen. */
function partsOf(stream: string): { aggregate: string; id: string } {
  const hyphen = stream.indexOf('-');
  return { aggregate: stream.slice(0, hyphen), id: stream.slice(hyphen + 1) };
}

const sizeOf = (written: MsgHdrs): number =>
  written.keys().reduce((size, key) => size + key.length + written.get(key).length + ': \r\n'.length, 0);
