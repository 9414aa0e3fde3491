import type { NatsConnection } from 'nats';

export type Answer = (
  subject: string,
  data: object,
  headers: Readonly<Record<string, string>>,
) => object | Promise<object>;

/** Answers commands in place of the command service, until the returned function is called. */
export function answerCommands(nats: NatsConnection, answer: Answer): () => void {
  const subscription = nats.subscribe('commands.>', {
    callback: (_, message) => {
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
