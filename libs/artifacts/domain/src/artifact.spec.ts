import { artifact, type ArtifactEvent } from '@syntropic/artifacts/contracts';
import { ArtifactId, ExecutionId, PhaseId, SessionId, WorkflowId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import { Artifact, createArtifact } from './artifact';

const { CreateArtifact } = artifact.commands;

const stored: ArtifactEvent['data'] = {
  artifactId: ArtifactId.parse('6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b11'),
  workflowId: WorkflowId.parse('review'),
  phaseId: PhaseId.parse('plan'),
  executionId: ExecutionId.parse('exec-0123456789ab'),
  sessionId: SessionId.parse('0b0c4a10-5a1e-4a57-9d5f-0a3f7d1c2b12'),
  artifactType: 'markdown',
  contentType: 'text/markdown',
  title: 'Plan: plan.md',
  path: 'plan.md',
  sha256: 'a'.repeat(64),
  sizeBytes: 12,
  uri: 'local:aa',
  isPrimaryDeliverable: true,
};
const created: ArtifactEvent = { type: 'ArtifactCreated', data: stored };

const { given } = specificationOf(Artifact);

describe('an artifact', () => {
  it('is created', () => {
    given().when(createArtifact, CreateArtifact.schema.parse(stored)).then(created);
  });

  it('is the same when its runner says it again', () => {
    given(created).when(createArtifact, CreateArtifact.schema.parse(stored)).thenNothing();
  });

  it('never changes its bytes', () => {
    given(created)
      .when(createArtifact, CreateArtifact.schema.parse({ ...stored, sha256: 'b'.repeat(64) }))
      .thenRefused('artifact.already_exists');
  });
});
