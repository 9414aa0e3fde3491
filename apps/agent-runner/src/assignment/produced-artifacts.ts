import { withStoredContent } from '@syntropic/artifacts/contracts';
import { ArtifactId, derivedUuid, type ProducedFile } from '@syntropic/kernel';
import type { ObjectStorage } from '@syntropic/object-storage';
import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { reasonOf, type LeftOut } from '../session';
import { contentTypeOf, typeByContent } from './artifact-types';
import type { Product } from './product';
import type { SessionCommands } from './session-commands';

/** Files stored at the same time: each waits for the disk or the bucket, and then for the log. */
const CONCURRENCY = 16;

type Recording = Readonly<{
  order: WorkOrder;
  objects: ObjectStorage;
  commands: Pick<SessionCommands, 'createArtifact'>;
  /** After it no further file is stored. */
  signal: AbortSignal;
}>;

/** Both in the order of the products. */
type RecordedArtifacts = Readonly<{ artifacts: ProducedFile[]; notRecorded: LeftOut[] }>;

/** Stores products byte for byte, and records each one once its bytes can be read. A file that fails does not prevent the others. */
export async function recordArtifacts(products: readonly Product[], recording: Recording): Promise<RecordedArtifacts> {
  const artifacts: (ProducedFile | undefined)[] = [];
  const failures: (LeftOut | undefined)[] = [];
  const remaining = products.entries();
  const work = async () => {
    for (const [index, product] of remaining) {
      try {
        artifacts[index] = await record(product, recording);
      } catch (error) {
        failures[index] = { path: product.path, why: whyOf(error, recording.signal) };
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { artifacts: artifacts.filter(isPresent), notRecorded: failures.filter(isPresent) };
}

async function record(
  { path, source: bytes }: Product,
  { order, objects, commands, signal }: Recording,
): Promise<ProducedFile> {
  signal.throwIfAborted();
  const { sessionId, executionId, workflowId, phaseId, phaseName, outputArtifactTypes } = order;
  const artifactId = ArtifactId.parse(derivedUuid(sessionId, 'artifact', path));
  const contentType = contentTypeOf(path);
  const title = `${phaseName}: ${path}`;
  const artifactType = outputArtifactTypes[0] ?? typeByContent(path);
  const source = { executionId, workflowId, phaseId, sessionId };
  return withStoredContent(artifactId, {
    store: (copy) => objects.put(bytes, signal, copy),
    discard: ({ uri }) => objects.remove(uri),
    name: async ({ uri, sha256, sizeBytes }, copy) => {
      const stored = { artifactId, path, sha256, sizeBytes, uri };
      await commands.createArtifact({ ...stored, ...source, artifactType, contentType, title }, copy);
      return stored;
    },
  });
}

function whyOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'the session ended before it was stored';
  return reasonOf(error);
}

const isPresent = <Item>(item: Item | undefined): item is Item => item !== undefined;
