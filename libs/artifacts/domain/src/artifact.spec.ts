import { artifact, type ArtifactEvents } from '@syntropic/artifacts/contracts';
import { ArtifactId, ExecutionId, PhaseId, SessionId, WorkflowId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import { addArtifact, Artifact, createArtifact, deleteArtifact, updateArtifact, uploadArtifact } from './artifact';

const { AddArtifact, CreateArtifact, UpdateArtifact, UploadArtifact } = artifact.commands;

const artifactId = ArtifactId.parse('6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b11');
const file = (letter: string, sizeBytes = 12) => ({
  path: `${letter}.md`,
  sha256: letter.repeat(64),
  sizeBytes,
  uri: `sha256:${letter.repeat(64)}`,
});
const own = {
  artifactId,
  workflowId: WorkflowId.parse('review'),
  artifactType: 'markdown',
  contentType: 'text/markdown',
  title: 'Plan: a.md',
  ...file('a'),
};
const produced = {
  ...own,
  phaseId: PhaseId.parse('plan'),
  executionId: ExecutionId.parse('exec-0123456789ab'),
  sessionId: SessionId.parse('0b0c4a10-5a1e-4a57-9d5f-0a3f7d1c2b12'),
  isPrimaryDeliverable: true,
};
const created: ArtifactEvents['ArtifactCreated'] = { type: 'ArtifactCreated', data: produced };
const added: ArtifactEvents['ArtifactCreated'] = {
  type: 'ArtifactCreated',
  data: { ...own, isPrimaryDeliverable: true },
};
const uploaded = (
  letter: string,
  data: Partial<ArtifactEvents['ArtifactUploaded']['data']>,
): ArtifactEvents['ArtifactUploaded'] => ({
  type: 'ArtifactUploaded',
  data: { artifactId, contentType: 'text/plain', ...file(letter), isProduced: false, released: [], ...data },
});
const deleted = (...released: string[]): ArtifactEvents['ArtifactDeleted'] => ({
  type: 'ArtifactDeleted',
  data: { artifactId, released },
});
const updated = (changes: object): ArtifactEvents['ArtifactUpdated'] => ({
  type: 'ArtifactUpdated',
  data: { artifactId, ...changes },
});

const KEPT = { status: 'kept' } as const;
const RETIRED = { status: 'retired' } as const;
const REMOVED = { status: 'removed' } as const;
const uriOf = (letter: string) => file(letter).uri;

const { given } = specificationOf(Artifact);

const create = (changes = {}) => CreateArtifact.schema.parse({ ...produced, ...changes });
const add = (changes = {}) => AddArtifact.schema.parse({ ...own, ...changes });
const update = (changes: object) => UpdateArtifact.schema.parse({ artifactId, ...changes });
const upload = (letter: string, sizeBytes = 12) =>
  UploadArtifact.schema.parse({ artifactId, contentType: 'text/plain', ...file(letter, sizeBytes) });

describe('an artifact of a session', () => {
  it('is created', () => {
    given().when(createArtifact, create(), KEPT).then(created);
  });

  it('is the same when its runner says it again, whatever has become of it', () => {
    given(created).when(createArtifact, create(), KEPT).thenNothing();
    given(created).when(createArtifact, create(), RETIRED).thenNothing();
    given(created, uploaded('b', {})).when(createArtifact, create(), KEPT).thenNothing();
    given(created, deleted(uriOf('a')))
      .when(createArtifact, create(), RETIRED)
      .thenNothing();
  });

  it('never changes the bytes that its session has produced', () => {
    given(created)
      .when(createArtifact, create({ sha256: 'b'.repeat(64) }), KEPT)
      .thenRefused('artifact.already_exists');
  });

  it('names no bytes that are given up', () => {
    given().when(createArtifact, create(), RETIRED).thenRefused('content.retired');
    given().when(createArtifact, create(), REMOVED).thenRefused('content.removed');
  });

  it('may be empty', () => {
    given()
      .when(createArtifact, create({ sizeBytes: 0 }), KEPT)
      .then({ ...created, data: { ...produced, sizeBytes: 0 } });
  });
});

describe('an artifact of a client', () => {
  it('is added once', () => {
    given().when(addArtifact, add(), KEPT).then(added);
    given(added).when(addArtifact, add(), KEPT).thenRefused('artifact.already_exists');
    given(added, deleted(uriOf('a')))
      .when(addArtifact, add(), KEPT)
      .thenRefused('artifact.already_exists');
  });

  it('has content, and names no bytes that are given up', () => {
    given()
      .when(addArtifact, add({ sizeBytes: 0 }), KEPT)
      .thenRefused('artifact.empty');
    given().when(addArtifact, add(), RETIRED).thenRefused('content.retired');
  });
});

describe('the notes about an artifact', () => {
  it('change for artifacts of sessions and of clients', () => {
    const change = { title: 'Final plan', metadata: { stars: 5 }, isPrimaryDeliverable: false };

    given(created).when(updateArtifact, update(change)).then(updated(change));
    given(added).when(updateArtifact, update(change)).then(updated(change));
  });

  it('do not change to what they are', () => {
    const history = [created, updated({ title: 'T', metadata: { a: [{ b: 1, c: 2 }], d: 3 } })] as const;

    given(...history)
      .when(updateArtifact, update({ title: 'T' }))
      .thenNothing();
    given(...history)
      .when(updateArtifact, update({ metadata: { d: 3, a: [{ c: 2, b: 1 }] } }))
      .thenNothing();
    given(...history)
      .when(updateArtifact, update({ metadata: {} }))
      .then(updated({ metadata: {} }));
    given(...history)
      .when(updateArtifact, update({ isPrimaryDeliverable: true }))
      .thenNothing();
  });
});

describe('the content of an artifact', () => {
  it('is replaced, and the bytes before are released', () => {
    given(added)
      .when(uploadArtifact, upload('b'), KEPT)
      .then(uploaded('b', { released: [uriOf('a')] }));
    given(added, uploaded('b', { released: [uriOf('a')] }))
      .when(uploadArtifact, upload('a'), KEPT)
      .then(uploaded('a', { released: [uriOf('b')] }));
  });

  it('keeps what a session has produced, for its execution', () => {
    given(created).when(uploadArtifact, upload('b'), KEPT).then(uploaded('b', {}));
    given(created, uploaded('b', {}))
      .when(uploadArtifact, upload('c'), KEPT)
      .then(uploaded('c', { released: [uriOf('b')] }));
    given(created, uploaded('b', {}))
      .when(uploadArtifact, upload('a'), KEPT)
      .then(uploaded('a', { isProduced: true, released: [uriOf('b')] }));
  });

  it('is not replaced by itself, by nothing, and by bytes that are given up', () => {
    given(added).when(uploadArtifact, upload('a'), KEPT).thenNothing();
    given(added).when(uploadArtifact, upload('b', 0), KEPT).thenRefused('artifact.empty');
    given(added).when(uploadArtifact, upload('b'), RETIRED).thenRefused('content.retired');
  });
});

describe('a deleted artifact', () => {
  it('releases all bytes that it names', () => {
    given(created)
      .when(deleteArtifact, { artifactId })
      .then(deleted(uriOf('a')));
    given(created, uploaded('b', {}))
      .when(deleteArtifact, { artifactId })
      .then(deleted(uriOf('b'), uriOf('a')));
    given(added, uploaded('b', { released: [uriOf('a')] }))
      .when(deleteArtifact, { artifactId })
      .then(deleted(uriOf('b')));
  });

  it('does not change, and is not deleted again', () => {
    const gone = given(created, deleted(uriOf('a')));

    gone.when(updateArtifact, update({ title: 'T' })).thenRefused('artifact.already_deleted');
    gone.when(uploadArtifact, upload('b'), KEPT).thenRefused('artifact.already_deleted');
    gone.when(deleteArtifact, { artifactId }).thenRefused('artifact.already_deleted');
  });

  it('was there before', () => {
    given()
      .when(updateArtifact, update({ title: 'T' }))
      .thenRefused('artifact.not_found');
    given().when(uploadArtifact, upload('b'), KEPT).thenRefused('artifact.not_found');
    given().when(deleteArtifact, { artifactId }).thenRefused('artifact.not_found');
  });
});
