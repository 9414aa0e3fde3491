import { InjectAggregates, retryOnConflict } from '@syntropic/event-store';
import type { Aggregates, Command, Outcome } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { system, type OrganizationEvent, type SystemEvent } from '@syntropic/organization/contracts';
import { createSystem, Organization, System } from '@syntropic/organization/domain';

type CreateSystem = typeof system.commands.CreateSystem;

@Handles(system.commands.CreateSystem)
export class CreateSystemHandler implements Handler<CreateSystem> {
  constructor(
    @InjectAggregates(System) private readonly systems: Aggregates<System, SystemEvent>,
    @InjectAggregates(Organization) private readonly organizations: Aggregates<Organization, OrganizationEvent>,
  ) {}

  /** Decides again when the organization has changed before the append. */
  execute({ data, context }: Command<CreateSystem>): Promise<Outcome> {
    return retryOnConflict(async () => {
      const organization = await this.organizations.load(data.organizationId);
      return this.systems.update(data.systemId, context, (state) => createSystem(state, data, organization.state), [
        organization,
      ]);
    });
  }
}
