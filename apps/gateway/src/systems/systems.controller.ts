import { system } from '@syntropic/organization/contracts';
import { systemProjection } from '@syntropic/organization/read-model';
import { z } from 'zod';
import { listFilter } from '../resources/resource';
import { resourceController } from '../resources/resource.controller';

export const SystemsController = resourceController({
  path: '/systems',
  contract: system,
  projection: systemProjection,
  sortable: ['created_at', 'name'],
  filter: listFilter({ organization_id: z.string().optional() }, ({ organization_id }) => ({ organization_id })),
  create: system.commands.CreateSystem,
  update: system.commands.UpdateSystem,
  remove: system.commands.DeleteSystem,
});
