import type { ObjectStorage } from '@syntropic/object-storage';
import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { text } from 'node:stream/consumers';
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

/** What each earlier phase put out: the text of its first file. */
export async function phaseOutputs(objects: ObjectStorage, { earlier }: WorkOrder): Promise<Record<string, string>> {
  const outputs = earlier.flatMap(({ phaseId, artifacts: [first] }) => (first ? [{ phaseId, uri: first.uri }] : []));
  const texts = await Promise.all(outputs.map(async ({ uri }) => text(await objects.get(uri))));
  return Object.fromEntries(outputs.map(({ phaseId }, index) => [phaseId, texts[index] ?? '']));
}
