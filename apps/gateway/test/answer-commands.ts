import { auditCommands, AuditRecords } from '@syntropic/access';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';

const REPORTS = `commands.audit.${auditCommands.RecordRefusals.type}`;

export type Answer = (
  subject: string,
  data: object,
  headers: Readonly<Record<string, string>>,
) => object | Promise<object>;

/** Stores the reports of refused requests, as the command service does. */
export function recordingRefusals(nats: NatsConnection, pool: Pool): NatsConnection {
  const records = new AuditRecords(pool);
  nats.subscribe(REPORTS, {
    callback: (_, message) => {
      const { refused } = auditCommands.RecordRefusals.schema.parse(message.json<{ data: unknown }>().data);
      const id = message.headers?.get('Syn-Command-Id') ?? '';
      void records
        .refused(refused, { commandId: id, correlationId: id })
        .then(() => message.respond(JSON.stringify({ response: { done: true }, isDisposed: true })));
    },
  });
  return nats;
}

/** Answers commands in place of the command service, until the returned function is called; reports for the audit are not among them. */
export function answerCommands(nats: NatsConnection, answer: Answer): () => void {
  const subscription = nats.subscribe('commands.>', {
    callback: (_, message) => {
      if (message.subject === REPORTS) return;
      const { data } = message.json<{ data: object }>();
      const headers = Object.fromEntries(
        message.headers?.keys().map((key) => [key, message.headers?.get(key) ?? '']) ?? [],
      );
      void Promise.resolve(answer(message.subject, data, headers)).then((response) =>
        message.respond(JSON.stringify({ response, isDisposed: true })),
      );
    },
  });
  return () => {
    subscription.unsubscribe();
  };
}

/** Answers all commands with one reply. `taken` has the data of each in their order, by its name: `orchestration.CreateWorkflow`. */
export function takeCommands(nats: NatsConnection, reply: object = { position: 1, version: 1 }) {
  const taken: Readonly<Record<string, object>>[] = [];
  const commandIds: string[] = [];
  const stop = answerCommands(nats, (subject, data, headers) => {
    taken.push({ [subject.slice('commands.'.length)]: data });
    commandIds.push(headers['Syn-Command-Id'] ?? '');
    return reply;
  });
  return { taken, commandIds, stop };
}
