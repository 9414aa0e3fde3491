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
  /** Its login in the database; absent for a service without one. */
  readonly role?: Role;
  readonly redis?: true;
  readonly objects?: true;
  readonly workspaces?: true;
  /** The variable of its HTTP port, which also answers health checks. */
  readonly port: 'PORT' | 'HEALTH_PORT';
}

/** The resources of each service; it can reach no others. */
export const SERVICES: Readonly<Record<ServiceName, ServiceNeeds>> = {
  'command-service': { role: 'syn_command_service', port: 'HEALTH_PORT' },
  'projection-worker': { role: 'syn_projection_worker', redis: true, port: 'HEALTH_PORT' },
  'observability-collector': { role: 'syn_collector', port: 'PORT' },
  'agent-runner': { objects: true, workspaces: true, port: 'HEALTH_PORT' },
  gateway: { role: 'syn_gateway', redis: true, objects: true, port: 'PORT' },
};

/** A runner hands its work back to the command service and its last telemetry to the collector, so it stops first. */
export const STOP_ORDER: readonly (readonly ServiceName[])[] = [
  ['gateway', 'agent-runner'],
  ['observability-collector', 'command-service', 'projection-worker'],
];
