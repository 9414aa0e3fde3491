import {
  artifact as contract,
  type ArtifactCommands,
  type ArtifactEvent,
  type ArtifactEvents,
} from '@syntropic/artifacts/contracts';
import { aggregate, refusing } from '@syntropic/kernel';

/** A file that a phase has produced; its bytes are in object storage under their hash. */
export type Artifact = { readonly status: 'unknown' } | { readonly status: 'stored'; readonly sha256: string };

const refuse = refusing(contract);

export function createArtifact(artifact: Artifact, data: ArtifactCommands['CreateArtifact']): readonly ArtifactEvent[] {
  if (artifact.status === 'unknown') return [{ type: 'ArtifactCreated', data }];
  // A runner that got no answer sends the command again.
  if (artifact.sha256 === data.sha256) return [];
  throw refuse('already_exists', 'other bytes are stored under this id');
}

/** Takes the one event there is, so that a second one does not compile here. */
const evolve = (_: Artifact, { data }: ArtifactEvents['ArtifactCreated']): Artifact => ({
  status: 'stored',
  sha256: data.sha256,
});

export const Artifact = aggregate(contract, {
  initial: { status: 'unknown' },
  evolve,
  decisions: { createArtifact },
});
