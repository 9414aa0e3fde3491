import { Controller } from '@nestjs/common';
import { organization } from '@syntropic/organization/contracts';
import { organizationProjection } from '@syntropic/organization/read-model';
import { derivedUuid, OrganizationId } from '@syntropic/kernel';
import { ReadModels } from '@syntropic/projections';
import { Commands } from '../commands/commands';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { Organization, organizations } from './organizations.endpoints';

type Request<Name extends keyof typeof organizations> = ApiRequest<(typeof organizations)[Name]>;

const { CreateOrganization, UpdateOrganization, DeleteOrganization } = organization.commands;
const MOST = 1_000;
const TARGET = { projection: organizationProjection, noun: 'Organization', missing: 'organization.not_found' } as const;

@Controller(API_PREFIXES)
export class OrganizationsController {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
    private readonly commands: Commands,
  ) {}

  @Serve(organizations.list)
  async list({ minPosition }: Request<'list'>) {
    const newest = { orderBy: [['created_at', 'desc']], limit: MOST, minPosition } as const;
    const { rows, total } = await this.reads.page(organizationProjection, newest);
    return { organizations: rows.map((row) => Organization.parse(row)), total };
  }

  @Serve(organizations.create)
  async create(request: Request<'create'>) {
    const { created_by: createdBy, ...body } = request.body;
    const organizationId = OrganizationId.parse(`org-${derivedUuid(request.origin.commandId, 'org').slice(-8)}`);
    await this.commands.send(request, CreateOrganization, { ...body, createdBy, organizationId });
    return { organization_id: organizationId, ...body, status: 'created' };
  }

  @Serve(organizations.read)
  async read(request: Request<'read'>) {
    return Organization.parse(await this.lookup.find(TARGET, request.params.organization_id, request));
  }

  @Serve(organizations.update)
  async update({ params: { organization_id }, body, ...request }: Request<'update'>) {
    await this.commands.send(request, UpdateOrganization, { organizationId: organization_id, ...body });
    return { organization_id, ...body, status: 'updated' };
  }

  @Serve(organizations.remove)
  async remove({ params: { organization_id }, ...request }: Request<'remove'>) {
    await this.commands.send(request, DeleteOrganization, { organizationId: organization_id });
    return { organization_id, status: 'deleted' };
  }
}
