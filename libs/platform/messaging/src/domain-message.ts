import type { Metadata, Recorded } from '@syntropic/kernel';
import { headers, type MsgHdrs } from 'nats';
import { headerJson, headerText, textOfHeader } from './header-text';
import { domainSubject } from './subjects';

/** The reference in a message whose event was too large: the log has the event at this position. */
export type DataRef = Readonly<{ position: number; dataref: string }>;

type Readable = Readonly<{ headers?: MsgHdrs | undefined; data: Uint8Array }>;

/** An event as CloudEvents 1.0 in binary mode: the data is the payload, its attributes are headers. */
export type DomainMessage = Readonly<{ subject: string; headers: MsgHdrs; data: Uint8Array }>;

/** Settings of the publisher that a message depends on. */
export type Envelope = Readonly<{
  /** Names the log that the position belongs to. */
  epoch: string;
  /** Bytes of headers and data that the server takes. */
  maxPayload: number;
  /** The bounded context of an aggregate: the first token of the subject. */
  contextOf: (aggregate: string) => string;
}>;

export function domainMessage(event: Recorded, { epoch, maxPayload, contextOf }: Envelope): DomainMessage {
  const { aggregate, id } = partsOf(event.stream);
  const context = contextOf(aggregate);
  const subject = domainSubject(context, aggregate, id, event.type);
  const written = cloudEvent(event, `/${context}/${aggregate}`, epoch);
  const data = Buffer.from(JSON.stringify(event.data));
  if (data.length + sizeOf(written) + ROOM_FOR_EXPECTATIONS <= maxPayload) return { subject, headers: written, data };

  written.set('ce-dataref', `urn:uuid:${event.id}`);
  return { subject, headers: written, data: new Uint8Array() };
}

/** The event of a message, or the reference to it. */
export function recordedOf(message: Readable): Recorded | DataRef {
  const { position } = logPositionOf(message.headers);
  if (message.headers?.has('ce-dataref')) return { position, dataref: requiredHeader(message, 'ce-dataref') };

  return {
    position,
    stream: textOfHeader(requiredHeader(message, 'ce-subject')),
    version: Number(requiredHeader(message, 'Syn-Version')),
    id: requiredHeader(message, 'ce-id'),
    type: requiredHeader(message, 'ce-type'),
    // Only the relay publishes here, and it publishes events of the log.
    data: JSON.parse(Buffer.from(message.data).toString()) as object,
    metadata: JSON.parse(requiredHeader(message, 'Syn-Metadata')) as Metadata,
    recordedAt: requiredHeader(message, 'ce-time'),
  };
}

/** A message's position and epoch in the log. Messages of other publishers have no valid epoch. */
export const logPositionOf = (read: MsgHdrs | undefined): Readonly<{ position: number; epoch: string }> => ({
  position: Number(read?.get('Syn-Position')),
  epoch: read?.get('Syn-Epoch') ?? '',
});

/** Bytes for the headers that the publisher adds: the message's id and the expected last message. */
const ROOM_FOR_EXPECTATIONS = 512;

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

function requiredHeader({ headers: read }: Readable, name: string): string {
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
