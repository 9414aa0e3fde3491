import { organization } from '@syntropic/organization/contracts';
import { organizationProjection } from '@syntropic/organization/read-model';
import { z } from 'zod';
import { resourceController } from '../resources/resource.controller';

export const OrganizationsController = resourceController({
  path: '/organizations',
  contract: organization,
  projection: organizationProjection,
  // Without systems and repositories so far, so none are counted.
  added: { system_count: z.int().default(0), repo_count: z.int().default(0) },
  create: organization.commands.CreateOrganization,
  update: organization.commands.UpdateOrganization,
  remove: organization.commands.DeleteOrganization,
});
