import { contract, OrganizationId, ShortName, SystemId, type CommandsOf, type EventOf } from '@syntropic/kernel';
import { z } from 'zod';

const Description = z.string().max(2_000);

const created = {
  systemId: SystemId,
  organizationId: OrganizationId,
  name: ShortName,
  description: Description,
  createdBy: z.string().max(255),
};
/** Fields that are absent stay as they were. */
const updated = { systemId: SystemId, name: ShortName.optional(), description: Description.optional() };

/** A group of repositories of one organization. */
export const system = contract('organization', 'system', {
  key: 'systemId',
  commands: {
    CreateSystem: {
      ...created,
      description: Description.default(''),
      createdBy: created.createdBy.default('api'),
    },
    UpdateSystem: updated,
    DeleteSystem: { systemId: SystemId },
  },
  events: {
    SystemCreated: created,
    SystemUpdated: updated,
    /** Names its organization, which counts its systems. */
    SystemDeleted: { systemId: SystemId, organizationId: OrganizationId },
  },
  refusals: {
    not_found: ['not_found', 'There is no such system'],
    already_exists: ['conflict', 'The system exists'],
    already_deleted: ['conflict', 'The system was deleted'],
    organization_not_found: ['not_found', 'The organization of the system does not exist'],
    has_repos: ['conflict', 'Repositories are assigned to the system'],
  },
});

export type SystemCommands = CommandsOf<typeof system>;
export type SystemEvent = EventOf<typeof system>;
