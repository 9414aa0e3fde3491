import { connectNats, drainAndClose } from '@syntropic/messaging';
import { CollectorClient, linesOfMessage, messageOf, REPLY_HEADER, SpooledBatch } from '@syntropic/telemetry';
import { scratchDirectory, useNats } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { NatsConnection } from 'nats';
import { orderOf, PARSER_SOURCE, shell } from '../../test/runner.fixture';
import { Spool } from '../session';
import { ParserThread } from './parser-thread';
import { TelemetrySender } from './telemetry-sender';

describe('the telemetry of a leg that has ended', () => {
  const bus = useNats();
  const parsing = new ParserThread(PARSER_SOURCE);
  const open: NatsConnection[] = [];
  const received: SpooledBatch[] = [];
  beforeAll(async () => {
    const collector = await connectNats({ url: bus.url, name: 'collector' });
    open.push(collector, await connectNats({ url: bus.url, name: 'runner' }));
    collector.subscribe('telemetry.>', {
      callback: (_, { data, headers }) => {
        const batches = linesOfMessage(data).map((line) => SpooledBatch.parse(JSON.parse(line.toString())));
        received.push(...batches);
        const replies = batches.map(({ lastLine }) => JSON.stringify({ committed: lastLine }));
        collector.publish(headers?.get(REPLY_HEADER) ?? '', messageOf(replies));
      },
    });
    await collector.flush();
  });
  afterAll(async () => {
    await Promise.all(open.map(drainAndClose));
    await parsing.onApplicationShutdown();
  });

  const senderFor = (spool: Spool) => {
    const [, nats] = open;
    if (!nats) throw new Error('there is no connection');
    const session = { ...orderOf(shell('true')), output: 'text' as const };
    const [collector, { signal }] = [new CollectorClient(nats), new AbortController()];
    const gathered = () => Promise.resolve();
    return TelemetrySender.open({ collector, parsing, session, spool, legEnds: {}, signal, gathered });
  };

  it('leaves with its last lines, which are committed then', async () => {
    const directory = scratchDirectory();
    const spool = await Spool.open(directory);
    const texts = [randomUUID(), randomUUID()];
    for (const text of texts) spool.append({ leg: 1, at: new Date().toISOString(), stream: 'stdout', text });
    spool.finish();
    const sender = await senderFor(spool);

    await sender.runToEnd();
    expect(received).toEqual([]);
    await sender.end('exit');

    const told = received.map(({ firstLine, lastLine, events }) => [firstLine, lastLine, events.length]);
    expect(told).toEqual([[1, 2, sender.events]]);
    expect(received[0]?.events.map(({ data }) => data['text'])).toEqual(expect.arrayContaining(texts));
    await spool.close();
    const left: unknown[] = [];
    const again = await Spool.open(directory);
    again.finish();
    for await (const batch of again.batches()) left.push(batch);
    await again.close();
    expect(left).toEqual([]);
    sender.close();
  });
});
