import { artifact, content } from '@syntropic/artifacts/contracts';
import { event } from '@syntropic/kernel/testing';
import { LocalObjectStorage, ObjectMissing } from '@syntropic/object-storage';
import { eventually } from '@syntropic/testing';
import type { Msg } from 'nats';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { anArtifact, anExecutionId } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const { ArtifactDeleted } = artifact.events;

/** A content whose only artifact was deleted. */
async function released(text: string): Promise<string> {
  const id = randomUUID();
  const stored = await new LocalObjectStorage(gateway.objects).put(Buffer.from(text));
  const deleted = event(ArtifactDeleted, { artifactId: id, released: [stored.uri] });
  await gateway.record(`artifact-${id}`, [anArtifact(id, anExecutionId(), stored), deleted]);
  return stored.uri;
}

/** Carries the commands about contents out, as the command service does; `before` comes first. */
function carryOut(before: (type: string, uri: string) => Promise<unknown>): () => void {
  const types = { RetireContent: content.events.ContentRetired, RecordContentRemoval: content.events.ContentRemoved };
  const subscriptions = Object.entries(types).map(([type, fact]) => {
    const respond = async (message: Msg) => {
      const { uri } = z.object({ uri: z.string() }).parse(message.json<{ data: object }>().data);
      await before(type, uri);
      const { position } = await gateway.record(`content-${uri}`, [event(fact, { uri })]);
      message.respond(JSON.stringify({ response: { position, version: 1 }, isDisposed: true }));
    };
    return gateway.nats.subscribe(`commands.artifacts.${type}`, {
      callback: (_, message) => void respond(message),
    });
  });
  return () => {
    for (const subscription of subscriptions) subscription.unsubscribe();
  };
}

const isThere = (uri: string) =>
  new LocalObjectStorage(gateway.objects).get(uri).then(
    (bytes) => {
      bytes.destroy();
      return true;
    },
    (error: unknown) => {
      if (error instanceof ObjectMissing) return false;
      throw error;
    },
  );

describe('contents without a name', () => {
  it('are retired, removed, and said to be removed; one that was named before it was retired stays', async () => {
    const uris = await Promise.all(['one', 'two', 'three', 'four'].map(released));
    const [named = ''] = uris;
    const said: string[] = [];
    const nameIt = async () => {
      const id = randomUUID();
      const sha256 = named.slice('sha256:'.length);
      await gateway.record(`artifact-${id}`, [anArtifact(id, anExecutionId(), { uri: named, sha256 })]);
    };
    const stop = carryOut(async (type, uri) => {
      said.push(`${type} ${uri}`);
      if (uri === named) await nameIt();
    });
    await gateway.start();

    const others = uris.slice(1);
    await eventually(() => others.every((uri) => said.includes(`RecordContentRemoval ${uri}`)), { within: 90_000 });
    await eventually(() => said.includes(`RetireContent ${named}`), { within: 90_000 });
    stop();
    expect(await Promise.all(others.map(isThere))).toEqual([false, false, false]);
    expect(await isThere(named)).toBe(true);
    for (const uri of others) {
      expect(said.indexOf(`RetireContent ${uri}`)).toBeLessThan(said.indexOf(`RecordContentRemoval ${uri}`));
    }
    expect(said).not.toContain(`RecordContentRemoval ${named}`);
  }, 200_000);
});
