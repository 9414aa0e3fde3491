import { otlpMessage } from '@syntropic/telemetry';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as it arrived, its ids as hexadecimal text. */
export type ReceivedSpan = Readonly<{
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: readonly Readonly<{ key: string; value: Readonly<Record<string, unknown>> }>[];
  events?: readonly Readonly<{ name: string }>[];
  links?: readonly Readonly<{ traceId: string; spanId: string }>[];
  status?: Readonly<{ message?: string }>;
}>;

/** A receiver of OTLP over HTTP that reads requests by the official definitions; it refuses with `status` while that is set. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly authorizations: (string | undefined)[] = [];
  status = 200;
  requests = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.requests++;
        this.authorizations.push(request.headers.authorization);
        if (this.status === 200 && request.url === '/v1/traces') this.#take(Buffer.concat(chunks));
        response.writeHead(this.status).end();
      });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #take(body: Buffer): void {
    const { resourceSpans } = otlpMessage('traces', body) as {
      resourceSpans: { scopeSpans: { spans: (ReceivedSpan & Record<'traceId' | 'spanId', Uint8Array>)[] }[] }[];
    };
    for (const span of resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)))
      this.spans.push(JSON.parse(JSON.stringify(span, hexBytes)) as ReceivedSpan);
  }

  named(name: string): ReceivedSpan {
    const found = this.spans.filter((span) => span.name === name);
    if (!found[0] || found.length > 1) throw new Error(`${found.length} spans are named ${name}`);
    return found[0];
  }
}

/** Ids are bytes, which JSON writes as an object of Buffer. */
const hexBytes = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value
    ? Buffer.from(value.data as number[]).toString('hex')
    : value;

/** The value of an attribute. */
export const attributeOf = ({ attributes }: ReceivedSpan, wanted: string): unknown =>
  Object.values(attributes.find(({ key }) => key === wanted)?.value ?? {})[0];
