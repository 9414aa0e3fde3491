import { CreateArtifact } from '@syntropic/artifacts/contracts';
import { ArtifactId, derivedUuid } from '@syntropic/kernel';
import type { ObjectStorage } from '@syntropic/object-storage';
import type { ArtifactRef, WorkOrder } from '@syntropic/orchestration/contracts';
import type { Collected } from '../session';
import { contentTypeOf, typeByContent } from './artifact-types';
import type { LeasedCommands } from './leased-commands';

/** Each waits for the disk or the bucket, and then for the log. */
const AT_ONCE = 16;

/** Stores what the agent left, byte for byte, and records each file. The bytes are there before anybody hears of them. */
export async function recordArtifacts(
  { files }: Collected,
  order: WorkOrder,
  objects: ObjectStorage,
  commands: LeasedCommands,
): Promise<ArtifactRef[]> {
  const { sessionId, executionId, workflowId, phaseId, phaseName, outputArtifactTypes } = order;
  const record = async ({ path, absolutePath }: Collected['files'][number]): Promise<ArtifactRef> => {
    const { uri, sha256, sizeBytes } = await objects.put({ file: absolutePath });
    const artifactId = ArtifactId.parse(derivedUuid(sessionId, 'artifact', path));
    const contentType = contentTypeOf(path);
    const title = `${phaseName}: ${path}`;
    const artifactType = outputArtifactTypes[0] ?? typeByContent(path);
    const stored = { artifactId, path, sha256, sizeBytes, uri };
    await commands.say(
      'artifacts',
      CreateArtifact,
      { ...stored, executionId, workflowId, phaseId, sessionId, artifactType, contentType, title },
      path,
    );
    return stored;
  };

  const refs: ArtifactRef[] = [];
  const waiting = files.entries();
  const work = async () => {
    for (const [index, file] of waiting) refs[index] = await record(file);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return refs;
}
