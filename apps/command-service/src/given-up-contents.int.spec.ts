import { artifacts } from '@syntropic/artifacts/application';
import { artifact, content } from '@syntropic/artifacts/contracts';
import { ArtifactId, WorkflowId } from '@syntropic/kernel';
import { useDatabase } from '@syntropic/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { decidedTogether, Replica } from '../test/replica';

const database = useDatabase();

const { AddArtifact, CreateArtifact, UploadArtifact } = artifact.commands;
const { RetireContent, RecordContentRemoval } = content.commands;

let one: Replica;
let other: Replica;
beforeAll(async () => {
  [one, other] = await Promise.all([Replica.start(database, artifacts), Replica.start(database, artifacts)]);
});
afterAll(() => Promise.all([one.stop(), other.stop()]));

const together = decidedTogether(database);

const bytes = () => {
  const sha256 = randomBytes(32).toString('hex');
  return { path: 'a.md', sha256, sizeBytes: 1, uri: `sha256:${sha256}` };
};
type Bytes = ReturnType<typeof bytes>;
const anId = () => ArtifactId.parse(randomUUID());
const own = { workflowId: WorkflowId.parse('w'), artifactType: 'text', contentType: 'text/plain', title: 'A' };

const add = (file: Bytes, artifactId = anId()) => one.send(AddArtifact, { ...own, ...file, artifactId });
const retire = ({ uri }: Bytes) => other.send(RetireContent, { uri });

describe('a content that is given up', () => {
  it('is named by no artifact any more', async () => {
    const [first, second, artifactId] = [bytes(), bytes(), anId()];
    expect(await add(first, artifactId)).toBe('done');
    expect(await retire(second)).toBe('done');

    expect(await add(second)).toBe('content.retired');
    expect(await one.send(UploadArtifact, { ...second, contentType: 'text/plain', artifactId })).toBe(
      'content.retired',
    );
    const session = { phaseId: 'p', executionId: 'exec-0123456789ab', sessionId: randomUUID() };
    expect(await one.send(CreateArtifact, { ...own, ...session, ...second, artifactId: anId() })).toBe(
      'content.retired',
    );
    expect(await other.send(RecordContentRemoval, second)).toBe('done');
    expect(await add(second)).toBe('content.removed');
    expect(await add({ ...second, uri: `${second.uri}.c0ffee` })).toBe('done');
  });

  it('is named before, or not at all', async () => {
    const file = bytes();
    const answers = await together(
      () => add(file),
      () => retire(file),
    );

    const { rows } = await database.pool.query<{ type: string }>(
      `select type from log.events where data ->> 'uri' = $1 order by position`,
      [file.uri],
    );
    const order = rows.map(({ type }) => type);
    expect([
      [
        ['done', 'done'],
        ['ArtifactCreated', 'ContentRetired'],
      ],
      [['content.retired', 'done'], ['ContentRetired']],
    ]).toContainEqual([answers, order]);
  });
});
