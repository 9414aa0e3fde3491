import { organization } from '@syntropic/organization/contracts';
import { organizationProjection } from '@syntropic/organization/read-model';
import { z } from 'zod';
import { endpoint } from '../http/endpoint';

const { name, slug } = organization.commands.CreateOrganization.schema.shape;

/** Without systems and repositories so far, so none are counted. */
export const Organization = organizationProjection.row
  .extend({ system_count: z.int().default(0), repo_count: z.int().default(0) })
  .meta({ id: 'OrganizationSummaryResponse' });
const List = z
  .object({ organizations: z.array(Organization), total: z.int() })
  .meta({ id: 'OrganizationListResponse' });
const Action = z
  .object({ organization_id: z.string(), name: name.nullish(), slug: slug.nullish(), status: z.string() })
  .meta({ id: 'OrganizationActionResponse' });
const Create = z
  .strictObject({ name, slug, created_by: z.string().default('api') })
  .meta({ id: 'CreateOrganizationRequest' });
const Update = z
  .strictObject({ name: name.nullish(), slug: slug.nullish() })
  .refine((fields) => fields.name ?? fields.slug, { error: 'name or slug is needed', path: ['name'] })
  .meta({ id: 'UpdateOrganizationRequest' });

const all = { path: '/organizations' } as const;
const params = z.object({ organization_id: z.string().min(1) });
const one = { path: '/organizations/{organization_id}', params } as const;

export const organizations = {
  list: endpoint({ ...all, method: 'GET', summary: 'All organizations, newest first', reply: List }),
  create: endpoint({ ...all, method: 'POST', summary: 'New organization', body: Create, reply: Action }),
  read: endpoint({
    ...one,
    method: 'GET',
    summary: 'One organization, by its id or the start of it',
    reply: Organization,
  }),
  update: endpoint({ ...one, method: 'PUT', summary: 'New name or slug', body: Update, reply: Action }),
  remove: endpoint({ ...one, method: 'DELETE', summary: 'Deletes an organization', reply: Action }),
};
