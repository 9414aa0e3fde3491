import {
  artifact as contract,
  type ArtifactCommands,
  type ArtifactEvent,
  type ArtifactEvents,
} from '@syntropic/artifacts/contracts';
import { aggregate, byHandler, refusing } from '@syntropic/kernel';
import { refuseRetired, type Content } from './content';

type File = Readonly<{ sha256: string; uri: string }>;

type Notes = Omit<ArtifactCommands['UpdateArtifact'], 'artifactId'>;
type Noted = Readonly<{ title: string; metadata: NonNullable<Notes['metadata']>; isPrimaryDeliverable: boolean }>;

type Stored = Readonly<{
  status: 'stored';
  file: File;
  /** Executions go on with the file as their session has produced it, whatever it is replaced by. */
  produced?: File;
  notes: Noted;
}>;

/** A file that a phase has produced or a client has added; its bytes are in object storage. */
export type Artifact = Readonly<{ status: 'unknown' } | Stored | { status: 'deleted'; sha256: string }>;

type Decision = readonly ArtifactEvent[];

const refuse = refusing(contract);

/** A deleted artifact stays deleted, also when a runner that got no answer sends the command again. */
export function createArtifact(
  artifact: Artifact,
  data: ArtifactCommands['CreateArtifact'],
  content: Content,
): Decision {
  if (artifact.status === 'unknown') {
    refuseRetired(content);
    return [{ type: 'ArtifactCreated', data }];
  }
  const { sha256 } = artifact.status === 'stored' ? (artifact.produced ?? artifact.file) : artifact;
  if (sha256 === data.sha256) return [];
  throw refuse('already_exists', 'other bytes are stored under this id');
}

export function addArtifact(artifact: Artifact, data: ArtifactCommands['AddArtifact'], content: Content): Decision {
  if (artifact.status !== 'unknown') throw refuse('already_exists', 'an artifact with this id exists');
  refuseEmpty(data);
  refuseRetired(content);
  return [{ type: 'ArtifactCreated', data: { ...data, isPrimaryDeliverable: true } }];
}

/** Values that it has already are no change, and no change is nothing to record. */
export function updateArtifact(artifact: Artifact, data: ArtifactCommands['UpdateArtifact']): Decision {
  const { notes } = stored(artifact);
  return isSame(notes, changedNotes(notes, data)) ? [] : [{ type: 'ArtifactUpdated', data }];
}

export function uploadArtifact(
  artifact: Artifact,
  data: ArtifactCommands['UploadArtifact'],
  content: Content,
): Decision {
  const { file, produced } = stored(artifact);
  refuseEmpty(data);
  if (file.sha256 === data.sha256) return [];
  const isProduced = produced?.sha256 === data.sha256;
  if (!isProduced) refuseRetired(content);
  const released = produced?.uri === file.uri ? [] : [file.uri];
  const uri = isProduced ? produced.uri : data.uri;
  return [{ type: 'ArtifactUploaded', data: { ...data, uri, isProduced, released } }];
}

export function deleteArtifact(artifact: Artifact, { artifactId }: ArtifactCommands['DeleteArtifact']): Decision {
  const { file, produced } = stored(artifact);
  const released = [...new Set([file.uri, ...(produced ? [produced.uri] : [])])];
  return [{ type: 'ArtifactDeleted', data: { artifactId, released } }];
}

function stored(artifact: Artifact): Stored {
  if (artifact.status === 'unknown') throw refuse('not_found', 'artifact not found', 'artifact_id');
  if (artifact.status === 'deleted') throw refuse('already_deleted', 'the artifact is deleted');
  return artifact;
}

function refuseEmpty({ sizeBytes }: Readonly<{ sizeBytes: number }>): void {
  if (sizeBytes === 0) throw refuse('empty', 'an artifact has content', 'content');
}

const changedNotes = (notes: Noted, changes: Notes): Noted => ({
  title: changes.title ?? notes.title,
  metadata: changes.metadata ?? notes.metadata,
  isPrimaryDeliverable: changes.isPrimaryDeliverable ?? notes.isPrimaryDeliverable,
});

const isSame = (one: Noted, other: Noted): boolean =>
  one.title === other.title &&
  one.isPrimaryDeliverable === other.isPrimaryDeliverable &&
  ordered(one.metadata) === ordered(other.metadata);

/** The log keeps no order of keys. */
const ordered = (metadata: object): string =>
  JSON.stringify(metadata, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );

function evolve(artifact: Artifact, event: ArtifactEvent): Artifact {
  switch (event.type) {
    case 'ArtifactCreated':
      return created(event.data);
    case 'ArtifactUpdated': {
      const before = stored(artifact);
      return { ...before, notes: changedNotes(before.notes, event.data) };
    }
    case 'ArtifactUploaded': {
      const { sha256, uri } = event.data;
      return { ...stored(artifact), file: { sha256, uri } };
    }
    case 'ArtifactDeleted': {
      const { file, produced = file } = stored(artifact);
      return { status: 'deleted', sha256: produced.sha256 };
    }
  }
}

function created(data: ArtifactEvents['ArtifactCreated']['data']): Stored {
  const { sha256, uri, executionId, title, isPrimaryDeliverable } = data;
  const file = { sha256, uri };
  const notes = { title, isPrimaryDeliverable, metadata: {} };
  return { status: 'stored', file, notes, ...(executionId !== undefined && { produced: file }) };
}

export const Artifact = aggregate(contract, {
  initial: { status: 'unknown' },
  evolve,
  decisions: {
    createArtifact: byHandler(createArtifact),
    addArtifact: byHandler(addArtifact),
    updateArtifact,
    uploadArtifact: byHandler(uploadArtifact),
    deleteArtifact,
  },
});
