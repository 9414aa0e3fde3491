import { EventAppender, PostgresEventLog } from '@syntropic/event-store';
import type { Actor } from '@syntropic/kernel';
import { formatPosition } from '@syntropic/projections';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Json } from './call';
import type { useGateway } from './gateway.fixture';

type Query = Readonly<Record<string, string>>;
type Page = Readonly<{ entries: readonly Json[]; next_cursor: string | null }>;

/** The audit of a gateway, read at the head of the log. */
export function auditOf(gateway: ReturnType<typeof useGateway>) {
  /** Appends events of one caller to a new stream. */
  async function act(actor: Actor, aggregate: string, types: readonly string[]) {
    const [stream, id] = [`${aggregate}-${randomUUID()}`, randomUUID()];
    const events = types.map((type) => ({ type, data: {} }));
    const context = { commandId: id, correlationId: `c-${id}`, causationId: id, actor, bodyHash: '' };
    const outcome = await new EventAppender(gateway.database.pool).append({ stream, expected: 0, events, context });
    expect(outcome.is).toBe('appended');
    return { stream, id };
  }

  async function page(query: Query = {}, headers: Query = {}): Promise<Page> {
    const head = await new PostgresEventLog(gateway.database.pool).head();
    const address = `/api/audit?${new URLSearchParams(query).toString()}`;
    let read: unknown;
    // The read model may be further behind than a request waits.
    await eventually(async () => {
      const { status, body } = await gateway.call('GET', address, {
        headers: { 'x-min-position': formatPosition(head), ...headers },
      });
      expect({ status, body }).toMatchObject({ status: 200 });
      read = body;
    });
    return read as Page;
  }

  /** All entries, page by page. */
  async function entriesOf(query: Query = {}): Promise<readonly Json[]> {
    const entries: Json[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const next: Page = await page({ ...query, ...(cursor !== undefined && { cursor }) });
      entries.push(...next.entries);
      cursor = next.next_cursor;
    }
    return entries;
  }
  return { act, page, entriesOf };
}

export const typesIn = (entries: readonly Json[]) => entries.map(({ event_type }) => event_type);
export const pastOf = (entry: Json | undefined) => String(entry?.['recorded_at']);
