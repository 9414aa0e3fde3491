import { LocalObjectStorage } from '@syntropic/object-storage';
import { scratchDirectory } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { orderOf, shell } from '../../test/runner.fixture';
import { inputFiles, phaseOutputs } from './inputs';

const objects = new LocalObjectStorage(scratchDirectory());

const artifacts = (...paths: readonly string[]) =>
  paths.map((path) => ({ artifactId: randomUUID(), path, sha256: '0'.repeat(64), sizeBytes: 1, uri: `file:${path}` }));

describe('the inputs of a phase', () => {
  const earlier = [
    { phaseId: 'plan', artifacts: artifacts('plan.md', 'notes.txt'), artifactTypes: ['plan', 'notes'] },
    { phaseId: 'probe', artifacts: artifacts('probe.md', 'probe.json'), artifactTypes: [] },
  ];
  const taken = (...inputArtifactTypes: string[]) =>
    inputFiles(objects, orderOf(shell('true'), { earlier, inputArtifactTypes })).map(({ path }) => path);

  it('are all files of earlier phases, unless it declares types', () => {
    expect(taken()).toEqual(['plan.md', 'notes.txt', 'probe.md', 'probe.json']);
  });

  it('have the types that their phase declares, otherwise the type of their extension', () => {
    expect(taken('notes')).toEqual(['plan.md', 'notes.txt']);
    expect(taken('json', 'plan')).toEqual(['plan.md', 'notes.txt', 'probe.json']);
    expect(taken('markdown')).toEqual(['probe.md']);
    expect(taken('nothing of the kind')).toEqual([]);
  });
});

describe('the outputs of earlier phases', () => {
  it('are read where the prompt template names them', async () => {
    const { uri } = await objects.put(Buffer.from('the plan'));
    const earlier = ['plan', 'probe'].map((phaseId) => ({
      phaseId,
      artifacts: artifacts('one.md').map((artifact) => ({ ...artifact, uri })),
      artifactTypes: [],
    }));
    const order = orderOf(shell('true'), { earlier, promptTemplate: 'Do {{plan}}.' });

    await expect(phaseOutputs(objects, order)).resolves.toEqual({ plan: 'the plan' });
  });
});
