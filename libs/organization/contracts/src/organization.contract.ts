import { contract, OrganizationId, type EventOf } from '@syntropic/kernel';
import { z } from 'zod';

const text = z.string().min(1);
/** The longest name of a new organization: a page of a thousand stays small. */
const name = text.max(255);
const created = { organizationId: OrganizationId, name: text, slug: text, createdBy: z.string() };
/** Fields that are absent stay as they were. */
const updated = { organizationId: OrganizationId, name: text.optional(), slug: text.optional() };
const deleted = { organizationId: OrganizationId };

export const organization = contract('organization', 'organization', {
  key: 'organizationId',
  commands: {
    CreateOrganization: { ...created, name, slug: name, createdBy: z.string().max(255).default('api') },
    UpdateOrganization: { ...updated, name: name.optional(), slug: name.optional() },
    DeleteOrganization: deleted,
  },
  events: { OrganizationCreated: created, OrganizationUpdated: updated, OrganizationDeleted: deleted },
  refusals: {
    not_found: ['not_found', 'There is no such organization'],
    already_exists: ['conflict', 'The organization exists'],
    already_deleted: ['conflict', 'The organization was deleted'],
    has_systems: ['conflict', 'The organization has systems'],
    has_repos: ['conflict', 'The organization has repositories'],
  },
});

export type OrganizationEvent = EventOf<typeof organization>;
