import {
  byLeaseHolder,
  contract,
  ExecutionId,
  jsonBytes,
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
import { MediaType } from './media-type';

const MOST_METADATA_BYTES = 16 * 1024;

/** What clients note about an artifact, as they like. */
const ArtifactMetadata = z
  .record(z.string().max(255), z.json())
  .refine((metadata) => jsonBytes(metadata) <= MOST_METADATA_BYTES, 'has at most 16 KiB as JSON');

const Title = z.string().min(1).max(512);

/** The bytes are in object storage under `uri`; the event holds what identifies them. */
const stored = {
  ...RecordedFile.shape,
  workflowId: WorkflowId,
  phaseId: PhaseId.optional(),
  executionId: ExecutionId.optional(),
  /** Absent: a client has added the artifact. */
  sessionId: SessionId.optional(),
  artifactType: z.string().min(1),
  contentType: z.string().min(1),
  title: z.string().min(1),
  isPrimaryDeliverable: z.boolean().default(true),
};

const { artifactId, sha256, sizeBytes } = RecordedFile.shape;

/** Locations that this artifact names no more. */
const released = z.array(z.string().min(1));

/** Fields that are absent stay as they were; metadata is replaced as a whole. */
const updated = {
  artifactId,
  title: z.string().min(1).optional(),
  metadata: z.record(z.string(), z.json()).optional(),
  isPrimaryDeliverable: z.boolean().optional(),
};

/** A file that a phase has produced, or a client has added. */
export const artifact = contract('artifacts', 'artifact', {
  key: 'artifactId',
  commands: {
    /** Records a file of a session whose bytes are in object storage already. */
    CreateArtifact: byLeaseHolder({
      ...stored,
      ...ProducedFile.shape,
      phaseId: PhaseId,
      executionId: ExecutionId,
      sessionId: SessionId,
      artifactType: ShortName,
      contentType: ShortName,
      title: Title,
    }),
    /** Records a file of a client whose bytes are in object storage already. */
    AddArtifact: {
      ...ProducedFile.shape,
      workflowId: WorkflowId,
      phaseId: PhaseId.optional(),
      sessionId: SessionId.optional(),
      artifactType: ShortName,
      contentType: MediaType,
      title: Title,
    },
    UpdateArtifact: { ...updated, title: Title.optional(), metadata: ArtifactMetadata.optional() },
    /** Replaces the content by bytes that are in object storage already. Executions keep the file that a session has produced. */
    UploadArtifact: { ...ProducedFile.shape, contentType: MediaType },
    DeleteArtifact: { artifactId },
  },
  events: {
    ArtifactCreated: stored,
    ArtifactUpdated: updated,
    ArtifactUploaded: {
      artifactId,
      path: z.string().min(1),
      sha256,
      sizeBytes,
      uri: z.string().min(1),
      contentType: z.string().min(1),
      /** These are the bytes again that its session has produced. */
      isProduced: z.boolean().default(false),
      released,
    },
    ArtifactDeleted: { artifactId, released },
  },
  refusals: {
    not_found: ['not_found', 'There is no such artifact'],
    already_exists: ['conflict', 'Other bytes are stored under this id'],
    already_deleted: ['conflict', 'The artifact is deleted'],
    empty: ['invalid', 'An artifact has content'],
  },
});

export type ArtifactCommands = CommandsOf<typeof artifact>;
export type ArtifactEvents = EventsOf<typeof artifact>;
export type ArtifactEvent = EventOf<typeof artifact>;
