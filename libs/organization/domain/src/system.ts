import { aggregate, byHandler, refusing, type OrganizationId, type Reservation } from '@syntropic/kernel';
import { system as contract, type SystemCommands, type SystemEvent } from '@syntropic/organization/contracts';
import { reposOf, systemsOf } from './members';
import type { Organization } from './organization';

/** A group of repositories of one organization. */
export type System = Readonly<
  { status: 'unknown' } | { status: 'active'; organizationId: OrganizationId } | { status: 'deleted' }
>;

type Decision = readonly SystemEvent[];

const refuse = refusing(contract);

export function createSystem(
  { status }: System,
  data: SystemCommands['CreateSystem'],
  organization: Organization,
): Decision {
  if (status !== 'unknown') throw refuse('already_exists', 'the system exists already');
  if (organization.status !== 'active') {
    throw refuse('organization_not_found', `organization not found: ${data.organizationId}`, 'organization_id');
  }
  return [{ type: 'SystemCreated', data }];
}

/** Without a field to change there is nothing to record. */
export function updateSystem(system: System, data: SystemCommands['UpdateSystem']): Decision {
  organizationOf(system);
  return data.name === undefined && data.description === undefined ? [] : [{ type: 'SystemUpdated', data }];
}

/** Refused while repositories are assigned to it: the log checks that their scope is empty. */
export function deleteSystem(system: System, { systemId }: SystemCommands['DeleteSystem']): Decision {
  return [{ type: 'SystemDeleted', data: { systemId, organizationId: organizationOf(system) } }];
}

function organizationOf(system: System): OrganizationId {
  if (system.status === 'unknown') throw refuse('not_found', 'system not found', 'system_id');
  if (system.status === 'deleted') throw refuse('already_deleted', 'the system was deleted');
  return system.organizationId;
}

function evolve(system: System, event: SystemEvent): System {
  switch (event.type) {
    case 'SystemCreated':
      return { status: 'active', organizationId: event.data.organizationId };
    case 'SystemUpdated':
      return system;
    case 'SystemDeleted':
      return { status: 'deleted' };
  }
}

function reserves({ type, data }: SystemEvent): readonly Reservation[] {
  switch (type) {
    case 'SystemCreated':
      return [{ claim: { scope: systemsOf(data.organizationId), key: data.systemId } }];
    case 'SystemUpdated':
      return [];
    case 'SystemDeleted':
      return [
        {
          empty: { scope: reposOf(data.systemId) },
          refusal: { code: 'system.has_repos', message: 'repositories are assigned to the system' },
        },
        { release: { scope: systemsOf(data.organizationId), key: data.systemId } },
      ];
  }
}

export const System = aggregate(contract, {
  initial: { status: 'unknown' },
  evolve,
  reserves,
  decisions: { createSystem: byHandler(createSystem), updateSystem, deleteSystem },
});
