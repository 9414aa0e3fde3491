import type { Role } from '@syntropic/migrations';

export const SERVICE_NAMES = [
  'command-service',
  'projection-worker',
  'observability-collector',
  'agent-runner',
  'gateway',
] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

export interface ServiceNeeds {
  /** Who it is in the database; absent: it has none. */
  readonly role?: Role;
  readonly redis?: true;
  readonly objects?: true;
  readonly workspaces?: true;
  /** The variable that names its HTTP port, where its health is asked. */
  readonly port: 'PORT' | 'HEALTH_PORT';
}

/** What each service is given, and so what it can reach. */
export const SERVICES: Readonly<Record<ServiceName, ServiceNeeds>> = {
  'command-service': { role: 'syn_command_service', port: 'HEALTH_PORT' },
  'projection-worker': { role: 'syn_projection_worker', redis: true, port: 'HEALTH_PORT' },
  'observability-collector': { role: 'syn_collector', port: 'HEALTH_PORT' },
  'agent-runner': { objects: true, workspaces: true, port: 'HEALTH_PORT' },
  gateway: { role: 'syn_gateway', redis: true, objects: true, port: 'PORT' },
};

/** A runner hands its work back to the command service and its last telemetry to the collector, so it goes before them. */
export const STOPPED_IN_ORDER: readonly (readonly ServiceName[])[] = [
  ['gateway', 'agent-runner'],
  ['observability-collector', 'command-service', 'projection-worker'],
];
