import type { ObjectStorage } from '@syntropic/object-storage';
import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { text } from 'node:stream/consumers';
import type { InputFile } from '../session';

/** Every file that earlier phases left, for `artifacts/input/<phase>`. */
export const inputFiles = (objects: ObjectStorage, { earlier }: WorkOrder): InputFile[] =>
  earlier.flatMap(({ phaseId, artifacts }) =>
    artifacts.map(({ path, uri }) => ({ phaseId, path, open: () => objects.get(uri) })),
  );

/** What each earlier phase put out: the text of its first file. */
export async function phaseOutputs(objects: ObjectStorage, { earlier }: WorkOrder): Promise<Record<string, string>> {
  const outputs = earlier.flatMap(({ phaseId, artifacts: [first] }) => (first ? [{ phaseId, uri: first.uri }] : []));
  const texts = await Promise.all(outputs.map(async ({ uri }) => text(await objects.get(uri))));
  return Object.fromEntries(outputs.map(({ phaseId }, index) => [phaseId, texts[index] ?? '']));
}
