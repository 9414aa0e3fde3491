import { Client } from 'pg';

/** One role for each service that connects to the database. */
export const ROLES = ['syn_command_service', 'syn_projection_worker', 'syn_collector', 'syn_gateway'] as const;

export type Role = (typeof ROLES)[number];

/** Allows each role to log in with its password. `url` is the owner's. */
export async function letRolesLogIn(url: string, passwords: Readonly<Record<Role, string>>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const role of ROLES) {
      await client.query(`alter role ${role} login password ${client.escapeLiteral(passwords[role])}`);
    }
  } finally {
    await client.end();
  }
}
