import { organization } from '@syntropic/organization/contracts';
import { organizationProjection } from '@syntropic/organization/read-model';
import { resourceController } from '../resources/resource.controller';

export const OrganizationsController = resourceController({
  path: '/organizations',
  contract: organization,
  projection: organizationProjection,
  sortable: ['created_at', 'name'],
  create: organization.commands.CreateOrganization,
  update: organization.commands.UpdateOrganization,
  remove: organization.commands.DeleteOrganization,
});
