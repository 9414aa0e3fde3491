import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalServer } from './local-server';
import { respondsWith } from './tcp-probe';

/** A user in the server's configuration; without permissions every subject is allowed. */
export interface NatsUser {
  readonly user: string;
  readonly password: string;
  readonly permissions?: object;
}

export interface NatsOptions {
  readonly directory: string;
  readonly log: string;
  /** `url` logs in as the first one. */
  readonly users: readonly [NatsUser, ...NatsUser[]];
}

/** In the protocol of NATS: the state of JetStream, which a server with a full volume does not tell. */
const jetStreamRequest = ({ user, password }: NatsUser): string =>
  [
    `CONNECT ${JSON.stringify({ verbose: false, user, pass: password })}`,
    'SUB _INBOX.state 1',
    'PUB $JS.API.INFO _INBOX.state 0',
    '',
    '',
  ].join('\r\n');

const MIB = 2 ** 20;
const MAX_PAYLOAD_BYTES = 4 * MIB;
const MEMORY_STORE_BYTES = 64 * MIB;
const FILE_STORE_BYTES = 16 * 1024 * MIB;

/** A NATS server with JetStream. */
export function natsServer({ directory, log, users }: NatsOptions): LocalServer {
  const settings = join(directory, 'nats.conf');
  return new LocalServer({
    name: 'nats',
    directory,
    log,
    stopSignal: 'SIGTERM',
    killSignal: 'SIGKILL',
    async prepare(port) {
      const configuration = {
        listen: `127.0.0.1:${port}`,
        max_payload: MAX_PAYLOAD_BYTES,
        jetstream: {
          store_dir: join(directory, 'store'),
          max_memory_store: MEMORY_STORE_BYTES,
          max_file_store: FILE_STORE_BYTES,
        },
        authorization: { users },
      };
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeFile(settings, JSON.stringify(configuration, undefined, 2), { mode: 0o600 });
      return ['nats-server', '--config', settings];
    },
    works: (port) => respondsWith(port, jetStreamRequest(users[0]), /account_info_response","memory"/),
    isReady: (port) => respondsWith(port, '', /^INFO .*"jetstream":\s*true/),
    url(port, user = users[0].user) {
      const known = users.find((each) => each.user === user);
      if (!known) throw new Error(`nats has no user ${user}`);
      return `nats://${user}:${known.password}@127.0.0.1:${port}`;
    },
  });
}
