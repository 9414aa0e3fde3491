import { COMMANDS } from '@syntropic/catalogue/contracts';
import { env } from '@syntropic/config';
import { natsAuthorization } from '@syntropic/messaging';
import { z } from 'zod';

const Password = z.string().min(1);
const ListenerName = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/);

/** @throws ZodError for a name that is no token of a subject, and for a missing password */
function listenersIn(list: string): Readonly<Record<string, string>> {
  const entries = list.split(',').map((entry) => entry.trim());
  return Object.fromEntries(
    entries.filter(Boolean).map((entry) => {
      const [name, ...password] = entry.split('=');
      return [ListenerName.parse(name), Password.parse(password.join('='))];
    }),
  );
}

const passwords = env(
  z.object({
    COMMAND_SERVICE_PASSWORD: Password,
    PROJECTION_WORKER_PASSWORD: Password,
    COLLECTOR_PASSWORD: Password,
    GATEWAY_PASSWORD: Password,
    /** One password for each runner, separated by commas: each has a user of its own, `agent-runner-0` and so on. */
    RUNNER_PASSWORDS: Password.transform((list) => list.split(',').map((password) => Password.parse(password.trim()))),
    /** `name=password` of each other service that listens to events, separated by commas. Its user is `listener-<name>`. */
    LISTENER_PASSWORDS: z.string().default('').transform(listenersIn),
  }),
);

// Printed for the file that deploy/nats/nats.conf includes. The permissions stand in libs/platform/messaging.
process.stdout.write(
  natsAuthorization(
    {
      gateway: passwords.GATEWAY_PASSWORD,
      'command-service': passwords.COMMAND_SERVICE_PASSWORD,
      'projection-worker': passwords.PROJECTION_WORKER_PASSWORD,
      'observability-collector': passwords.COLLECTOR_PASSWORD,
      runners: passwords.RUNNER_PASSWORDS,
      listeners: passwords.LISTENER_PASSWORDS,
    },
    COMMANDS,
  ),
);
