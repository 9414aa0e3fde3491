import { contract, OrganizationId } from '@syntropic/kernel';
import { z } from 'zod';

const organizationId = OrganizationId;
const name = z.string().min(1).max(255);
/** Unique among the organizations that exist. */
const slug = z.string().min(1).max(100);

export const organization = contract('organization', 'organization', {
  key: 'organizationId',
  commands: {
    CreateOrganization: { organizationId, name, slug, createdBy: z.string() },
    /** Fields that are absent stay as they were. */
    UpdateOrganization: { organizationId, name: name.optional(), slug: slug.optional() },
    DeleteOrganization: { organizationId, deletedBy: z.string() },
  },
  events: {
    OrganizationCreated: { organizationId, name, slug, createdBy: z.string() },
    /** Only what has changed; `formerSlug` is free again. */
    OrganizationUpdated: { organizationId, name: name.optional(), slug: slug.optional(), formerSlug: slug.optional() },
    OrganizationDeleted: { organizationId, formerSlug: slug, deletedBy: z.string() },
  },
  refusals: {
    not_found: ['not_found', 'There is no such organization'],
    already_exists: ['conflict', 'The organization exists'],
    already_deleted: ['conflict', 'The organization was deleted'],
    slug_taken: ['conflict', 'Another organization has this slug'],
  },
});
