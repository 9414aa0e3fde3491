import { env } from '@syntropic/config';
import { z } from 'zod';
import { migrate } from './migrate';
import { letRolesLogIn } from './roles';

const Password = z.string().min(1);

const Deployment = z.object({
  DATABASE_URL: z.url(),
  COMMAND_SERVICE_PASSWORD: Password,
  PROJECTION_WORKER_PASSWORD: Password,
  COLLECTOR_PASSWORD: Password,
  GATEWAY_PASSWORD: Password,
});

/** A deployment runs this before its services: it migrates the schema, then sets the passwords of their roles. */
async function main(): Promise<void> {
  const settings = env(Deployment);
  await migrate(settings.DATABASE_URL);
  await letRolesLogIn(settings.DATABASE_URL, {
    syn_command_service: settings.COMMAND_SERVICE_PASSWORD,
    syn_projection_worker: settings.PROJECTION_WORKER_PASSWORD,
    syn_collector: settings.COLLECTOR_PASSWORD,
    syn_gateway: settings.GATEWAY_PASSWORD,
  });
}

void main();
