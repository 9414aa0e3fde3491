import { COMMANDS } from '@syntropic/catalogue/contracts';
import { env } from '@syntropic/config';
import { natsAuthorization } from '@syntropic/messaging';
import { z } from 'zod';

const Password = z.string().min(1);

const passwords = env(
  z.object({
    COMMAND_SERVICE_PASSWORD: Password,
    PROJECTION_WORKER_PASSWORD: Password,
    COLLECTOR_PASSWORD: Password,
    GATEWAY_PASSWORD: Password,
    /** One password for each runner, separated by commas: each has a user of its own, `agent-runner-0` and so on. */
    RUNNER_PASSWORDS: Password.transform((list) => list.split(',').map((password) => Password.parse(password.trim()))),
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
    },
    COMMANDS,
  ),
);
