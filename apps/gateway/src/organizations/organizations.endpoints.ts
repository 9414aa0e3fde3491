import { organization } from '@syntropic/organization/contracts';
import { organizationProjection } from '@syntropic/organization/read-model';
import { z } from 'zod';
import { endpoint } from '../http/endpoint';

const { name, slug, createdBy, organizationId } = organization.commands.CreateOrganization.schema.shape;
/** An absent value and null mean the same. */
const optional = (text: z.ZodString) => text.nullish().transform((value) => value ?? undefined);

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
  .strictObject({ name, slug, created_by: createdBy.default('api') })
  .meta({ id: 'CreateOrganizationRequest' });
const Update = z
  .strictObject({ name: optional(name), slug: optional(slug) })
  .refine((fields) => fields.name ?? fields.slug, { error: 'name or slug is needed', path: ['name'] })
  .meta({ id: 'UpdateOrganizationRequest' });
/** The id, or the start of it. */
const Prefix = z.object({ organization_id: z.string().min(1) });

const all = { path: '/organizations' } as const;
const path = '/organizations/{organization_id}';
const one = { path, params: z.object({ organization_id: organizationId }) } as const;

export const organizations = {
  list: endpoint({ ...all, method: 'GET', summary: 'All organizations, newest first', reply: List }),
  create: endpoint({ ...all, method: 'POST', summary: 'New organization', body: Create, reply: Action }),
  read: endpoint({ path, params: Prefix, method: 'GET', summary: 'One organization', reply: Organization }),
  update: endpoint({ ...one, method: 'PUT', summary: 'New name or slug', body: Update, reply: Action }),
  remove: endpoint({ ...one, method: 'DELETE', summary: 'Deletes an organization', reply: Action }),
};
