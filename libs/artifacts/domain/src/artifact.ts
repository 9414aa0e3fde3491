import { DomainError, type Aggregate } from '@syntropic/kernel';
import type { ArtifactEvent, CreateArtifact } from '@syntropic/artifacts/contracts';

/** A file that a phase left behind; its bytes lie in object storage under their hash. */
export type Artifact = { readonly status: 'unknown' } | { readonly status: 'stored'; readonly sha256: string };

export function createArtifact(artifact: Artifact, { data }: CreateArtifact): readonly ArtifactEvent[] {
  if (artifact.status === 'unknown') return [{ type: 'ArtifactCreated', data }];
  // A runner that did not hear the answer says it again.
  if (artifact.sha256 === data.sha256) return [];
  throw new DomainError('artifact.already_exists', 'other bytes are stored under this id');
}

function evolve(_: Artifact, event: ArtifactEvent): Artifact {
  return { status: 'stored', sha256: event.data.sha256 };
}

export const Artifact: Aggregate<Artifact, ArtifactEvent> = {
  name: 'artifact',
  context: 'artifacts',
  initial: { status: 'unknown' },
  evolve,
};
