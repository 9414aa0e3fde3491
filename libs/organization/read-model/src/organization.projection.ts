import { organization } from '@syntropic/organization/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

/** List and detail of organizations. A deleted one has no row. */
export const organizationProjection = projection(organization)({
  name: 'organization',
  version: 1,
  row: z.object({
    organization_id: z.string(),
    name: z.string(),
    slug: z.string(),
    created_by: z.string(),
    created_at: z.iso.datetime(),
  }),
  key: 'organization_id',
  indexes: [['created_at']],
  keys: ({ data }) => [data.organizationId],
  on: {
    OrganizationCreated: (_, { data, recordedAt }) => ({
      organization_id: data.organizationId,
      name: data.name,
      slug: data.slug,
      created_by: data.createdBy,
      created_at: recordedAt,
    }),
    OrganizationUpdated: (row, { data: { name, slug } }) =>
      row && { ...row, name: name ?? row.name, slug: slug ?? row.slug },
    OrganizationDeleted: () => null,
  },
});
