import type { ObjectStorage } from '@syntropic/object-storage';
import type { WorkOrder } from '@syntropic/orchestration/contracts';
import type { Readable } from 'node:stream';
import type { InputFile } from '../session';
import { typeByContent } from './artifact-types';

/** The files that earlier phases left, for `artifacts/input/<phase>`: every one, or those of the types that the phase takes. */
export const inputFiles = (objects: ObjectStorage, { earlier, inputArtifactTypes: taken }: WorkOrder): InputFile[] =>
  earlier.flatMap(({ phaseId, artifacts, artifactTypes }) =>
    artifacts
      .filter(({ path }) => taken.length === 0 || typesOf(artifactTypes, path).some((type) => taken.includes(type)))
      .map(({ path, uri }) => ({ phaseId, path, open: () => objects.get(uri) })),
  );

/** Every file of a phase may be of any type that the phase says it leaves. */
const typesOf = (declared: readonly string[], path: string) => (declared.length > 0 ? declared : [typeByContent(path)]);

/** More than a prompt takes of one output. */
const OUTPUT_BYTES = 16_384;

/** What each earlier phase put out: how the text of its first file begins. */
export async function phaseOutputs(objects: ObjectStorage, { earlier }: WorkOrder): Promise<Record<string, string>> {
  const outputs = earlier.flatMap(({ phaseId, artifacts: [first] }) => (first ? [{ phaseId, uri: first.uri }] : []));
  const texts = await Promise.all(outputs.map(async ({ uri }) => beginningOf(await objects.get(uri))));
  return Object.fromEntries(outputs.map(({ phaseId }, index) => [phaseId, texts[index] ?? '']));
}

/** However long it is, no more than this is read. */
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
