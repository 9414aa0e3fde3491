import type { CommandMessage, Sender } from '@syntropic/kernel';
import { commandSubject } from './subjects';

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

const allowed = (user: string, { publish, subscribe }: Permissions): Permissions => ({
  publish,
  subscribe: [`_INBOX.${user}.>`, ...subscribe],
});

const commandsOf = (commands: readonly CommandMessage[], ...senders: readonly Sender[]): readonly string[] =>
  commands.filter(({ sender }) => senders.includes(sender)).map(({ context, type }) => commandSubject(context, type));

/** Every service has a NATS user of its own, named like the app, with its own subjects. */
const permissionsFor = (commands: readonly CommandMessage[]) => ({
  gateway: allowed('gateway', {
    publish: commandsOf(commands, 'client'),
    subscribe: ['live.>', 'read.checkpoint.>', 'log.head'],
  }),
  'command-service': allowed('command-service', {
    publish: [
      'commands.*.*',
      'domain.>',
      'log.>',
      'work.>',
      'control.>',
      'live.>',
      'dead.>',
      // Replayed dead letters.
      'telemetry.>',
      '$JS.API.>',
      '$JS.ACK.>',
      // Answers to commands. `allow_responses` instead would make the server remember each request's inbox.
      '_INBOX.>',
    ],
    subscribe: ['commands.*.*', 'log.>'],
  }),
  'projection-worker': allowed('projection-worker', {
    publish: ['live.>', 'read.checkpoint.>', 'dead.>', ...consumes('DOMAIN')],
    subscribe: ['log.>'],
  }),
  'observability-collector': allowed('observability-collector', {
    // Replies go to the inbox that a message names in a header: JetStream keeps no reply subject.
    publish: ['live.>', 'dead.>', '_INBOX.agent-runner.>', ...consumes('TELEMETRY')],
    subscribe: [],
  }),
  'agent-runner': allowed('agent-runner', {
    publish: [...commandsOf(commands, 'runner', 'lease holder'), 'telemetry.>', ...consumes('WORK')],
    subscribe: ['control.>'],
  }),
});

export type ServiceName = keyof ReturnType<typeof permissionsFor>;

/** The users of a nats-server, as its configuration names them. Gateway and runners may send the commands that are declared as theirs, and no others. */
export const natsUsers = (passwords: Readonly<Record<ServiceName, string>>, commands: readonly CommandMessage[]) =>
  Object.entries(permissionsFor(commands)).map(([user, permissions]) => ({
    user,
    password: passwords[user as ServiceName],
    permissions,
  }));

/** The `authorization` block of a nats-server's configuration file. */
export const natsAuthorization = (...users: Parameters<typeof natsUsers>): string =>
  `authorization: ${JSON.stringify({ users: natsUsers(...users) }, null, 2)}\n`;
