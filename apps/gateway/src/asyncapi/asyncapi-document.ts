import { busChannels } from './bus-channels';
import type { Channel, Schema } from './channel';
import { streamChannels } from './stream-channels';

type Reference = Readonly<{ $ref: string }>;

export type AsyncApiDocument = Readonly<{
  asyncapi: '3.1.0';
  info: Readonly<{ title: string; version: string; description: string }>;
  defaultContentType: string;
  servers: Readonly<Record<string, object>>;
  channels: Readonly<Record<string, object>>;
  operations: Readonly<Record<string, object>>;
  components: Readonly<{ messages: Readonly<Record<string, object>> }>;
}>;

const DESCRIPTION = [
  'What other services may listen to: domain events and telemetry on NATS, and live streams over HTTP. Domain events are CloudEvents 1.0',
  'in binary mode, in the order of the log and without a gap in `Syn-Position`; they are delivered at least once, and `ce-id` tells',
  'a repeated one. New types and new fields may come: readers ignore what they do not know.',
].join(' ');

const SERVERS = {
  bus: {
    host: 'nats:4222',
    protocol: 'nats',
    description: 'NATS with JetStream. The streams DOMAIN and TELEMETRY keep what was published.',
  },
  api: { host: 'localhost:8137', protocol: 'http', description: 'The gateway.' },
} as const;

/** The document of the subjects and streams, made from the contracts that messages are checked against. */
export function asyncApiDocument(version: string): AsyncApiDocument {
  const channels = [
    ...busChannels().map((channel) => [channel, 'bus'] as const),
    ...streamChannels().map((channel) => [channel, 'api'] as const),
  ];
  return {
    asyncapi: '3.1.0',
    info: { title: 'Syntropic', version, description: DESCRIPTION },
    defaultContentType: 'application/json',
    servers: SERVERS,
    channels: Object.fromEntries(channels.map(([channel, server]) => [channel.name, channelObject(channel, server)])),
    operations: Object.fromEntries(channels.map(([{ name }]) => [name, operation(name)])),
    components: {
      messages: Object.fromEntries(
        channels.flatMap(([channel]) =>
          channel.messages.map((message) => [keyOf(channel, message.name), messageObject(message)]),
        ),
      ),
    },
  };
}

const operation = (channel: string) => ({ action: 'send', channel: ref('channels', channel) });

const channelObject = (channel: Channel, server: keyof typeof SERVERS) => ({
  address: channel.address,
  description: channel.description,
  servers: [ref('servers', server)],
  parameters: channel.parameters,
  messages: Object.fromEntries(
    channel.messages.map(({ name }) => [name, ref('components/messages', keyOf(channel, name))]),
  ),
});

const messageObject = ({ name, summary, headers, payload }: Channel['messages'][number]) => ({
  name,
  ...(summary !== undefined && { summary }),
  ...(headers && { headers: headers satisfies Schema }),
  payload,
});

const keyOf = ({ name }: Channel, message: string): string => `${name}.${message}`;

/** Names are letters, digits, dots and underscores: no part of a pointer needs an escape. */
const ref = (where: string, name: string): Reference => ({ $ref: `#/${where}/${name}` });
