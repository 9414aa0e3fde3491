import { organization as contract } from '@syntropic/organization/contracts';
import { aggregate, refusing, type CommandsOf, type EventOf, type Reservation } from '@syntropic/kernel';

/** The owner of systems and repositories. */
export type Organization =
  | { readonly status: 'unknown' | 'deleted' }
  | { readonly status: 'active'; readonly name: string; readonly slug: string };

type Commands = CommandsOf<typeof contract>;
type Event = EventOf<typeof contract>;

const refuse = refusing(contract);

export function createOrganization({ status }: Organization, data: Commands['CreateOrganization']): readonly Event[] {
  if (status !== 'unknown') throw refuse('already_exists', 'the organization exists already');
  return [{ type: 'OrganizationCreated', data }];
}

export function updateOrganization(organization: Organization, data: Commands['UpdateOrganization']): readonly Event[] {
  const before = active(organization);
  const name = data.name === before.name ? undefined : data.name;
  const slug = data.slug === before.slug ? undefined : data.slug;
  if (name === undefined && slug === undefined) return [];

  const { organizationId } = data;
  const formerSlug = slug && before.slug;
  return [{ type: 'OrganizationUpdated', data: { organizationId, name, slug, formerSlug } }];
}

export function deleteOrganization(organization: Organization, data: Commands['DeleteOrganization']): readonly Event[] {
  return [{ type: 'OrganizationDeleted', data: { ...data, formerSlug: active(organization).slug } }];
}

function active(organization: Organization) {
  if (organization.status === 'active') return organization;
  if (organization.status === 'deleted') throw refuse('already_deleted', 'the organization was deleted');
  throw refuse('not_found', 'there is no such organization', 'organization_id');
}

function evolve(before: Organization, event: Event): Organization {
  switch (event.type) {
    case 'OrganizationCreated':
      return { status: 'active', name: event.data.name, slug: event.data.slug };
    case 'OrganizationUpdated': {
      const { name, slug } = active(before);
      return { status: 'active', name: event.data.name ?? name, slug: event.data.slug ?? slug };
    }
    case 'OrganizationDeleted':
      return { status: 'deleted' };
  }
}

const refusal = { code: 'organization.slug_taken', message: 'another organization has this slug' };

/** A slug belongs to one organization: the log itself holds that. */
function reserves({ data }: Event): readonly Reservation[] {
  const reservation = (key: string) => ({ scope: 'organization-slug', key });
  const released = 'formerSlug' in data && data.formerSlug ? [{ release: reservation(data.formerSlug) }] : [];
  return 'slug' in data && data.slug ? [...released, { claim: reservation(data.slug), refusal }] : released;
}

export const Organization = aggregate(contract, {
  initial: { status: 'unknown' },
  evolve,
  reserves,
  decisions: {
    CreateOrganization: createOrganization,
    UpdateOrganization: updateOrganization,
    DeleteOrganization: deleteOrganization,
  },
});
