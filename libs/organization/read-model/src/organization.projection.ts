import { organization, repo, system, UNAFFILIATED } from '@syntropic/organization/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

const row = z.object({
  organization_id: z.string(),
  name: z.string(),
  slug: z.string(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  system_count: z.int(),
  repo_count: z.int(),
});

/** List and detail of organizations, with the numbers of their systems and repositories. A deleted one has no row. */
export const organizationProjection = projection(
  organization,
  system,
  repo,
)({
  name: 'organization',
  version: 2,
  row,
  key: 'organization_id',
  indexes: [
    ['created_at', 'organization_id'],
    ['name', 'organization_id'],
  ],
  counted: [[]],
  keys: ({ data }) => ('organizationId' in data && data.organizationId !== UNAFFILIATED ? [data.organizationId] : []),
  on: {
    OrganizationCreated: (_, { data, recordedAt }) => ({
      organization_id: data.organizationId,
      name: data.name,
      slug: data.slug,
      created_by: data.createdBy,
      created_at: recordedAt,
      system_count: 0,
      repo_count: 0,
    }),
    OrganizationUpdated: (row, { data: { name, slug } }) =>
      row && { ...row, name: name ?? row.name, slug: slug ?? row.slug },
    OrganizationDeleted: () => null,

    SystemCreated: (row) => row && { ...row, system_count: row.system_count + 1 },
    SystemDeleted: (row) => row && { ...row, system_count: row.system_count - 1 },
    RepoRegistered: (row) => row && { ...row, repo_count: row.repo_count + 1 },
    RepoDeregistered: (row) => row && { ...row, repo_count: row.repo_count - 1 },
  },
});
