import type { NatsConnection } from 'nats';

export type Answer = (subject: string, data: object, headers: Readonly<Record<string, string>>) => object;

/** Answers commands in place of the command service, until the returned function is called. */
export function answerCommands(nats: NatsConnection, answer: Answer): () => void {
  const subscription = nats.subscribe('commands.>', {
    callback: (_, message) => {
      const { data } = message.json<{ data: object }>();
      const headers = Object.fromEntries(
        message.headers?.keys().map((key) => [key, message.headers?.get(key) ?? '']) ?? [],
      );
      message.respond(JSON.stringify({ response: answer(message.subject, data, headers), isDisposed: true }));
    },
  });
  return () => {
    subscription.unsubscribe();
  };
}
