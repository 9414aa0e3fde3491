import { organization as contract } from '@syntropic/organization/contracts';
import { aggregate, refusing, type CommandsOf, type EventOf } from '@syntropic/kernel';

/** The owner of systems and repositories. */
export type Organization = { readonly status: 'unknown' | 'active' | 'deleted' };

type Commands = CommandsOf<typeof contract>;
type Event = EventOf<typeof contract>;

const refuse = refusing(contract);

export function createOrganization({ status }: Organization, data: Commands['CreateOrganization']): readonly Event[] {
  if (status !== 'unknown') throw refuse('already_exists', 'the organization exists already');
  return [{ type: 'OrganizationCreated', data }];
}

/** Without a field to change there is nothing to record. */
export function updateOrganization(organization: Organization, data: Commands['UpdateOrganization']): readonly Event[] {
  refuseUnlessActive(organization);
  return data.name === undefined && data.slug === undefined ? [] : [{ type: 'OrganizationUpdated', data }];
}

export function deleteOrganization(organization: Organization, data: Commands['DeleteOrganization']): readonly Event[] {
  refuseUnlessActive(organization);
  return [{ type: 'OrganizationDeleted', data }];
}

function refuseUnlessActive({ status }: Organization): void {
  if (status === 'unknown') throw refuse('not_found', 'organization not found', 'organization_id');
  if (status === 'deleted') throw refuse('already_deleted', 'the organization was deleted');
}

function evolve(_: Organization, event: Event): Organization {
  switch (event.type) {
    case 'OrganizationCreated':
    case 'OrganizationUpdated':
      return { status: 'active' };
    case 'OrganizationDeleted':
      return { status: 'deleted' };
  }
}

export const Organization = aggregate(contract, {
  initial: { status: 'unknown' },
  evolve,
  decisions: { createOrganization, updateOrganization, deleteOrganization },
});
