import { ObjectMissing, type ObjectStorage } from '@syntropic/object-storage';
import type { WorkOrder } from '@syntropic/orchestration/contracts';
import type { Readable } from 'node:stream';
import type { InputFile } from '../session';
import { typeByContent } from './artifact-types';

/** Artifacts of earlier phases for `artifacts/input/<phase>`: all, or those of the types that the phase declares as its inputs. */
export const inputFiles = (objects: ObjectStorage, { earlier, inputArtifactTypes: types }: WorkOrder): InputFile[] =>
  earlier.flatMap(({ phaseId, artifacts, artifactTypes }) =>
    artifacts
      .filter(({ path }) => types.length === 0 || typesOf(artifactTypes, path).some((type) => types.includes(type)))
      .map(({ path, uri }) => ({ phaseId, path, open: () => objects.get(uri) })),
  );

/** The types that the file's phase declares, each of which any file may have; otherwise the type of its extension. */
const typesOf = (declared: readonly string[], path: string) => (declared.length > 0 ? declared : [typeByContent(path)]);

/** Exceeds the part of one output that a prompt takes. */
const OUTPUT_BYTES = 16_384;

/** Text for prompts by phase id: the beginning of the first artifact of each earlier phase that the template may name. */
export async function phaseOutputs(
  objects: ObjectStorage,
  { earlier, promptTemplate }: Pick<WorkOrder, 'earlier' | 'promptTemplate'>,
): Promise<Record<string, string>> {
  const named = earlier.filter(({ phaseId }) => promptTemplate.includes(phaseId));
  const outputs = named.flatMap(({ phaseId, artifacts: [first] }) => (first ? [{ phaseId, uri: first.uri }] : []));
  const texts = await Promise.all(outputs.map(({ uri }) => textOf(objects, uri)));
  return Object.fromEntries(outputs.map(({ phaseId }, index) => [phaseId, texts[index] ?? '']));
}

/** Empty for a file whose content is gone, because its artifact was deleted. */
async function textOf(objects: ObjectStorage, uri: string): Promise<string> {
  try {
    return await beginningOf(await objects.get(uri));
  } catch (error) {
    if (error instanceof ObjectMissing) return '';
    throw error;
  }
}

/** Reads at most `OUTPUT_BYTES` of an object. */
async function beginningOf(bytes: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let read = 0;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    read += chunk.length;
    if (read >= OUTPUT_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, OUTPUT_BYTES).toString();
}
