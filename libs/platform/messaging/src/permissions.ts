import type { CommandMessage, Sender } from '@syntropic/kernel';
import { commandSubject, controlSubject } from './subjects';

/** The subjects of a NATS user. */
type Permissions = Readonly<{ publish: readonly string[]; subscribe: readonly string[] }>;

/** The JetStream API subjects that a consumer of one stream needs. */
const consumes = (stream: string): readonly string[] => [
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.CONSUMER.CREATE.${stream}`,
  `$JS.API.CONSUMER.CREATE.${stream}.>`,
  `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.>`,
  `$JS.API.CONSUMER.INFO.${stream}.>`,
  `$JS.API.CONSUMER.DELETE.${stream}.>`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.>`,
  `$JS.ACK.${stream}.>`,
];

/** Every service asks for the state of JetStream, for its health. */
const JETSTREAM_STATE = '$JS.API.INFO';

const inboxesOf = (user: string): string => `_INBOX.${user}.>`;

const allowed = (user: string, { publish, subscribe }: Permissions): Permissions => ({
  publish: [...publish, JETSTREAM_STATE],
  subscribe: [inboxesOf(user), ...subscribe],
});

const commandsBy = (senders: readonly Sender[], commands: readonly CommandMessage[]): readonly CommandMessage[] =>
  commands.filter(({ sender }) => senders.includes(sender));

/** The NATS users of services with one user for all replicas, each named like its app and with its own subjects. */
const permissionsFor = (commands: readonly CommandMessage[], runners: readonly string[]) => ({
  gateway: allowed('gateway', {
    publish: commandsBy(['client'], commands).map(({ context, type }) => commandSubject(context, type)),
    subscribe: ['live.>', 'read.checkpoint.>', 'log.head', 'keys.changed'],
  }),
  'command-service': allowed('command-service', {
    publish: [
      'commands.>',
      'domain.>',
      'log.>',
      'work.>',
      'control.>',
      'keys.changed',
      'live.>',
      'dead.>',
      // Replayed dead letters.
      'telemetry.>',
      '$JS.API.>',
      '$JS.ACK.>',
      // Answers to commands. `allow_responses` instead would make the server remember each request's inbox.
      '_INBOX.>',
    ],
    subscribe: ['commands.*.*', 'commands.*.*.*', 'log.>'],
  }),
  'projection-worker': allowed('projection-worker', {
    publish: ['live.>', 'read.checkpoint.>', 'dead.>', ...consumes('DOMAIN')],
    subscribe: ['log.>'],
  }),
  'observability-collector': allowed('observability-collector', {
    // Replies go to the inbox that a message names in a header: JetStream keeps no reply subject.
    publish: ['live.>', 'dead.>', ...runners.map(inboxesOf), ...consumes('TELEMETRY')],
    subscribe: ['keys.changed'],
  }),
});

/** Each runner has a user of its own: it gets the replies and messages for itself, and sends commands under its own name. */
const permissionsOfRunner = (user: string, commands: readonly CommandMessage[]) =>
  allowed(user, {
    publish: [
      ...commandsBy(['runner', 'lease holder'], commands).map(({ context, type }) =>
        commandSubject(context, type, user),
      ),
      'telemetry.>',
      ...consumes('WORK'),
    ],
    subscribe: [controlSubject('*', user)],
  });

/** Another service listens to events and to live frames, with one consumer of the stream, which has its name. */
const permissionsOfListener = (user: string, consumer: string) =>
  allowed(user, {
    publish: [
      '$JS.API.STREAM.INFO.DOMAIN',
      ...['CREATE', 'DURABLE.CREATE', 'INFO', 'DELETE', 'MSG.NEXT'].map(
        (what) => `$JS.API.CONSUMER.${what}.DOMAIN.${consumer}`,
      ),
      // With a filter, whose tokens follow the name.
      `$JS.API.CONSUMER.CREATE.DOMAIN.${consumer}.>`,
      `$JS.ACK.DOMAIN.${consumer}.>`,
    ],
    subscribe: ['domain.>', 'live.>', 'log.>'],
  });

/** The NATS user of a runner. Runners are counted from 0, as the pods of a StatefulSet. */
export const runnerUser = (ordinal: number): string => `agent-runner-${ordinal}`;

/** The NATS user of another service. */
export const listenerUser = (name: string): string => `listener-${name}`;

type Passwords = Readonly<
  Record<keyof ReturnType<typeof permissionsFor>, string> & {
    /** One for each runner user. */
    runners: readonly string[];
    /** By the names of other services: one token of a subject each. */
    listeners?: Readonly<Record<string, string>>;
  }
>;

/** The users of a nats-server, as its configuration names them. Gateway and runners may send the commands that are declared as theirs, and no others. */
export function natsUsers({ runners, listeners = {}, ...passwords }: Passwords, commands: readonly CommandMessage[]) {
  const runnerUsers = runners.map((password, ordinal) => ({ user: runnerUser(ordinal), password }));
  const permissions = permissionsFor(
    commands,
    runnerUsers.map(({ user }) => user),
  );
  return [
    ...Object.entries(passwords).map(([user, password]) => ({
      user,
      password,
      permissions: permissions[user as keyof typeof permissions],
    })),
    ...runnerUsers.map(({ user, password }) => ({
      user,
      password,
      permissions: permissionsOfRunner(user, commands),
    })),
    ...Object.entries(listeners).map(([name, password]) => ({
      user: listenerUser(name),
      password,
      permissions: permissionsOfListener(listenerUser(name), name),
    })),
  ];
}

/** The `authorization` block of a nats-server's configuration file. */
export const natsAuthorization = (...users: Parameters<typeof natsUsers>): string =>
  `authorization: ${JSON.stringify({ users: natsUsers(...users) }, null, 2)}\n`;
