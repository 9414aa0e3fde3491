/** The subjects of a NATS user. Replies to requests are always allowed. */
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

/** The gateway sends commands of users and operators only; work commands are for runners. */
const commandsTo = (...contexts: readonly string[]) => contexts.map((context) => `commands.${context}.*`);

const allowed = (user: string, { publish, subscribe }: Permissions): Permissions => ({
  publish,
  subscribe: [`_INBOX.${user}.>`, ...subscribe],
});

/** Every service has a NATS user of its own, named like the app, with its own subjects. */
const PERMISSIONS = {
  gateway: allowed('gateway', {
    publish: commandsTo(
      'orchestration',
      'organization',
      'agent-sessions',
      'github',
      'artifacts',
      'projections',
      'processes',
      'dead-letters',
    ),
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
    publish: ['commands.*.*', 'telemetry.>', ...consumes('WORK')],
    subscribe: ['control.>'],
  }),
} as const;

export type ServiceName = keyof typeof PERMISSIONS;

/** The users of a nats-server, as its configuration names them. */
export const natsUsers = (passwords: Readonly<Record<ServiceName, string>>) =>
  Object.entries(PERMISSIONS).map(([user, permissions]) => ({
    user,
    password: passwords[user as ServiceName],
    permissions: { ...permissions, allow_responses: true },
  }));

/** The `authorization` block of a nats-server's configuration file. */
export const natsAuthorization = (passwords: Readonly<Record<ServiceName, string>>): string =>
  `authorization: ${JSON.stringify({ users: natsUsers(passwords) }, null, 2)}\n`;
