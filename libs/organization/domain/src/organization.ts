import { organization as contract, type OrganizationEvent } from '@syntropic/organization/contracts';
import { aggregate, refusing, type CommandsOf, type Reservation } from '@syntropic/kernel';
import { reposOf, systemsOf } from './members';

/** The owner of systems and repositories. */
export type Organization = { readonly status: 'unknown' | 'active' | 'deleted' };

type Commands = CommandsOf<typeof contract>;
type Decision = readonly OrganizationEvent[];

const refuse = refusing(contract);

export function createOrganization({ status }: Organization, data: Commands['CreateOrganization']): Decision {
  if (status !== 'unknown') throw refuse('already_exists', 'the organization exists already');
  return [{ type: 'OrganizationCreated', data }];
}

/** Without a field to change there is nothing to record. */
export function updateOrganization(organization: Organization, data: Commands['UpdateOrganization']): Decision {
  refuseUnlessActive(organization);
  return data.name === undefined && data.slug === undefined ? [] : [{ type: 'OrganizationUpdated', data }];
}

/** Refused while it has systems or repositories: the log checks that their scopes are empty. */
export function deleteOrganization(organization: Organization, data: Commands['DeleteOrganization']): Decision {
  refuseUnlessActive(organization);
  return [{ type: 'OrganizationDeleted', data }];
}

function refuseUnlessActive({ status }: Organization): void {
  if (status === 'unknown') throw refuse('not_found', 'organization not found', 'organization_id');
  if (status === 'deleted') throw refuse('already_deleted', 'the organization was deleted');
}

function evolve(_: Organization, event: OrganizationEvent): Organization {
  switch (event.type) {
    case 'OrganizationCreated':
    case 'OrganizationUpdated':
      return { status: 'active' };
    case 'OrganizationDeleted':
      return { status: 'deleted' };
  }
}

function reserves({ type, data: { organizationId } }: OrganizationEvent): readonly Reservation[] {
  if (type !== 'OrganizationDeleted') return [];
  return [
    {
      empty: { scope: systemsOf(organizationId) },
      refusal: { code: 'organization.has_systems', message: 'the organization has systems' },
    },
    {
      empty: { scope: reposOf(organizationId) },
      refusal: { code: 'organization.has_repos', message: 'the organization has repositories' },
    },
  ];
}

export const Organization = aggregate(contract, {
  initial: { status: 'unknown' },
  evolve,
  reserves,
  decisions: { createOrganization, updateOrganization, deleteOrganization },
});
