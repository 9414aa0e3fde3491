/** Every service has a NATS user of its own, named like the app. */
export type ServiceName = keyof typeof PERMISSIONS;

type Permissions = Readonly<{
  publish: readonly string[];
  mayNotPublish?: readonly string[];
  subscribe: readonly string[];
  /** May answer what it is asked, on the inbox of whoever asked. */
  answers?: boolean;
}>;

/** What a consumer of one stream asks JetStream for. */
const reads = (stream: string): readonly string[] => [
  '$JS.API.INFO',
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.CONSUMER.CREATE.${stream}`,
  `$JS.API.CONSUMER.CREATE.${stream}.>`,
  `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.>`,
  `$JS.API.CONSUMER.INFO.${stream}.>`,
  `$JS.API.CONSUMER.DELETE.${stream}.>`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.>`,
  `$JS.ACK.${stream}.>`,
];

const PERMISSIONS = {
  gateway: {
    publish: ['commands.*.*'],
    mayNotPublish: ['commands.work.*', 'commands.budget.*'],
    subscribe: ['live.>', 'read.checkpoint.>', 'log.head'],
  },
  'command-service': {
    publish: ['commands.*.*', 'domain.>', 'log.>', 'work.>', 'control.>', 'live.>', 'dead.>', '$JS.API.>', '$JS.ACK.>'],
    subscribe: ['commands.*.*', 'log.>'],
    answers: true,
  },
  'projection-worker': {
    publish: ['live.>', 'read.checkpoint.>', 'dead.>', ...reads('DOMAIN')],
    subscribe: ['log.>'],
  },
  'observability-collector': {
    publish: ['live.>', 'dead.>', ...reads('TELEMETRY')],
    subscribe: [],
    answers: true,
  },
  'agent-runner': {
    publish: ['commands.*.*', 'telemetry.>', ...reads('WORK')],
    subscribe: ['control.>'],
  },
} satisfies Record<string, Permissions>;

/** The `authorization` block of a nats-server configuration, with a user for each service. */
export function natsAuthorization(passwords: Readonly<Record<ServiceName, string>>): string {
  const users = Object.entries<Permissions>(PERMISSIONS).map(([user, permissions]) => ({
    user,
    password: passwords[user as ServiceName],
    permissions: {
      publish: { allow: permissions.publish, deny: permissions.mayNotPublish ?? [] },
      subscribe: { allow: [`_INBOX.${user}.>`, ...permissions.subscribe] },
      ...(permissions.answers && { allow_responses: true }),
    },
  }));

  return `authorization: ${JSON.stringify({ users }, null, 2)}\n`;
}
