import { ArtifactId, derivedUuid, type ProducedFile } from '@syntropic/kernel';
import type { ObjectStorage } from '@syntropic/object-storage';
import type { WorkOrder } from '@syntropic/orchestration/contracts';
import type { CollectedArtifacts } from '../session';
import { contentTypeOf, typeByContent } from './artifact-types';
import type { SessionCommands } from './session-commands';

/** Files stored at the same time: each waits for the disk or the bucket, and then for the log. */
const CONCURRENCY = 16;

/** Stores the collected files byte for byte, and records each one once its bytes can be read. */
export async function recordArtifacts(
  { files }: CollectedArtifacts,
  order: WorkOrder,
  objects: ObjectStorage,
  commands: Pick<SessionCommands, 'createArtifact'>,
): Promise<ProducedFile[]> {
  const { sessionId, executionId, workflowId, phaseId, phaseName, outputArtifactTypes } = order;
  const record = async ({ path, absolutePath }: CollectedArtifacts['files'][number]): Promise<ProducedFile> => {
    const { uri, sha256, sizeBytes } = await objects.put({ file: absolutePath });
    const artifactId = ArtifactId.parse(derivedUuid(sessionId, 'artifact', path));
    const contentType = contentTypeOf(path);
    const title = `${phaseName}: ${path}`;
    const artifactType = outputArtifactTypes[0] ?? typeByContent(path);
    const stored = { artifactId, path, sha256, sizeBytes, uri };
    const source = { executionId, workflowId, phaseId, sessionId };
    await commands.createArtifact({ ...stored, ...source, artifactType, contentType, title });
    return stored;
  };

  const refs: ProducedFile[] = [];
  const remaining = files.entries();
  const work = async () => {
    for (const [index, file] of remaining) refs[index] = await record(file);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return refs;
}
