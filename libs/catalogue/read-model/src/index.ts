import { phaseTotalProjection, sessionProjection, sessionWireEvents } from '@syntropic/agent-sessions/read-model';
import { artifactProjection, artifactWireEvents, contentProjection } from '@syntropic/artifacts/read-model';
import {
  installationProjection,
  installationRepoProjection,
  triggerFiringProjection,
  triggerProjection,
} from '@syntropic/github/read-model';
import {
  executionFeedProjection,
  executionProjection,
  executionWireEvents,
  messageProjection,
  workflowProjection,
  workspaceProjection,
} from '@syntropic/orchestration/read-model';
import {
  executionFailureProjection,
  organizationProjection,
  repoExecutionProjection,
  repoProjection,
  repoSessionProjection,
  systemProjection,
} from '@syntropic/organization/read-model';
import type { Projection } from '@syntropic/projections';
import { auditEntryProjection } from './audit-entry.projection';

export { auditEntryProjection };

/** Every read model. A spec compares the list with the folders. */
export const READ_MODELS: readonly Projection[] = [
  workflowProjection,
  executionProjection,
  executionFeedProjection,
  messageProjection,
  workspaceProjection,
  sessionProjection,
  phaseTotalProjection,
  artifactProjection,
  contentProjection,
  organizationProjection,
  systemProjection,
  repoProjection,
  repoExecutionProjection,
  repoSessionProjection,
  executionFailureProjection,
  installationProjection,
  installationRepoProjection,
  triggerProjection,
  triggerFiringProjection,
  auditEntryProjection,
];

/** Every event that clients of unnamed frames know. A spec compares the list with the folders. */
export const WIRE_EVENTS = [executionWireEvents, sessionWireEvents, artifactWireEvents].flat();
