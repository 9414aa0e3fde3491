import {
  byLeaseHolder,
  contract,
  ExecutionId,
  PhaseId,
  ProducedFile,
  RecordedFile,
  SessionId,
  ShortName,
  WorkflowId,
  type CommandsOf,
  type EventOf,
  type EventsOf,
} from '@syntropic/kernel';
import { z } from 'zod';

/** The bytes are in object storage under `uri`; the event holds what identifies them. */
const stored = {
  ...RecordedFile.shape,
  workflowId: WorkflowId,
  phaseId: PhaseId,
  executionId: ExecutionId,
  sessionId: SessionId,
  artifactType: z.string().min(1),
  contentType: z.string().min(1),
  title: z.string().min(1),
  isPrimaryDeliverable: z.boolean().default(true),
};

/** A file that a phase has produced. */
export const artifact = contract('artifacts', 'artifact', {
  key: 'artifactId',
  commands: {
    /** Records a file whose bytes are in object storage already. */
    CreateArtifact: byLeaseHolder({
      ...stored,
      ...ProducedFile.shape,
      artifactType: ShortName,
      contentType: ShortName,
      title: z.string().min(1).max(512),
    }),
  },
  events: { ArtifactCreated: stored },
  refusals: {
    not_found: ['not_found', 'There is no such artifact'],
    already_exists: ['conflict', 'Other bytes are stored under this id'],
  },
});

export type ArtifactCommands = CommandsOf<typeof artifact>;
export type ArtifactEvents = EventsOf<typeof artifact>;
export type ArtifactEvent = EventOf<typeof artifact>;
