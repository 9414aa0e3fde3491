import { LocalObjectStorage } from '@syntropic/object-storage';
import { scratchDirectory } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { orderOf, shell } from '../../test/runner.fixture';
import { inputFiles } from './inputs';

const objects = new LocalObjectStorage(scratchDirectory());

const left = (...paths: readonly string[]) =>
  paths.map((path) => ({ artifactId: randomUUID(), path, sha256: '0'.repeat(64), sizeBytes: 1, uri: `file:${path}` }));

describe('the inputs of a phase', () => {
  const earlier = [
    { phaseId: 'plan', artifacts: left('plan.md', 'notes.txt'), artifactTypes: ['plan', 'notes'] },
    { phaseId: 'probe', artifacts: left('probe.md', 'probe.json'), artifactTypes: [] },
  ];
  const taken = (...inputArtifactTypes: string[]) =>
    inputFiles(objects, orderOf(shell('true'), { earlier, inputArtifactTypes })).map(({ path }) => path);

  it('are all files of earlier phases, unless it says of which types', () => {
    expect(taken()).toEqual(['plan.md', 'notes.txt', 'probe.md', 'probe.json']);
  });

  it('are of a type that their phase says it leaves, or that their name shows where it says nothing', () => {
    expect(taken('notes')).toEqual(['plan.md', 'notes.txt']);
    expect(taken('json', 'plan')).toEqual(['plan.md', 'notes.txt', 'probe.json']);
    expect(taken('markdown')).toEqual(['probe.md']);
    expect(taken('nothing of the kind')).toEqual([]);
  });
});
