import { agentSession } from '@syntropic/agent-sessions/contracts';
import { artifact, content } from '@syntropic/artifacts/contracts';
import { NO_USAGE, type Event } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { contentProjection } from './content.projection';

const { ArtifactCreated, ArtifactUploaded, ArtifactDeleted } = artifact.events;

const SHA = '0'.repeat(64);
const one = '6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b11';
const other = '6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b12';

const file = { path: 'a.md', sha256: SHA, sizeBytes: 1, contentType: 'text/plain' };
const created = (artifactId: string, uri: string) =>
  event(ArtifactCreated, { artifactId, uri, ...file, workflowId: 'w', artifactType: 'text', title: 'A' });
const uploaded = (uri: string, released: string[], isProduced = false) =>
  event(ArtifactUploaded, { artifactId: one, uri, ...file, released, isProduced });
const deleted = (artifactId: string, ...released: string[]) => event(ArtifactDeleted, { artifactId, released });

/** How many names each location has, after these events. */
function namesAfter(...events: readonly Event[]): Readonly<Record<string, number>> {
  const rows = new Map<string, { names: number }>();
  for (const fact of events) {
    // The fold reads nothing else of a recorded event.
    const recorded = fact as Parameters<typeof contentProjection.keys>[0];
    for (const key of contentProjection.keys(recorded)) {
      const row = contentProjection.foldOf(fact.type)?.(rows.get(key), recorded, key);
      if (row === null) rows.delete(key);
      else if (row) rows.set(key, row as { names: number });
    }
  }
  return Object.fromEntries([...rows].map(([uri, { names }]) => [uri, names]));
}

describe('the names of contents', () => {
  it('are those of all artifacts that are not deleted', () => {
    expect(namesAfter(created(one, 'x'), created(other, 'x'))).toEqual({ x: 2 });
    expect(namesAfter(created(one, 'x'), created(other, 'x'), deleted(one, 'x'))).toEqual({ x: 1 });
    expect(namesAfter(created(one, 'x'), deleted(one, 'x'))).toEqual({ x: 0 });
  });

  it('move to the content that has replaced one', () => {
    expect(namesAfter(created(one, 'x'), uploaded('y', ['x']))).toEqual({ x: 0, y: 1 });
    expect(namesAfter(created(one, 'x'), uploaded('y', ['x']), deleted(one, 'y'))).toEqual({ x: 0, y: 0 });
  });

  it('stay at what a session has produced until its artifact is deleted', () => {
    const replaced = [created(one, 'x'), uploaded('y', [])];

    expect(namesAfter(...replaced)).toEqual({ x: 1, y: 1 });
    expect(namesAfter(...replaced, uploaded('x', ['y'], true))).toEqual({ x: 1, y: 0 });
    expect(namesAfter(...replaced, deleted(one, 'y', 'x'))).toEqual({ x: 0, y: 0 });
  });

  it('are those of transcripts too, which are never deleted', () => {
    const ended = event(agentSession.events.SessionCompleted, {
      sessionId: one,
      executionId: 'exec-0123456789ab',
      workflowId: 'w',
      phaseId: 'p',
      status: 'completed',
      usage: NO_USAGE,
      artifacts: [],
      telemetryEvents: 0,
      transcriptUri: 'x',
    });

    expect(namesAfter(ended, created(one, 'x'), deleted(one, 'x'))).toEqual({ x: 1 });
  });

  it('end with the content', () => {
    const gone = [created(one, 'x'), deleted(one, 'x'), event(content.events.ContentRetired, { uri: 'x' })];

    expect(namesAfter(...gone)).toEqual({ x: 0 });
    expect(namesAfter(...gone, event(content.events.ContentRemoved, { uri: 'x' }))).toEqual({});
  });
});
