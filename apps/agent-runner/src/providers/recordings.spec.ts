import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useDirectory } from '../../test/workspace.fixture';
import { findRecording } from './recordings';

describe('a recording', () => {
  const directory = useDirectory();

  beforeAll(() => {
    mkdirSync(directory.path, { recursive: true });
    for (const name of ['v1_list-files', 'v1_more-files', 'files'])
      writeFileSync(join(directory.path, `${name}.jsonl`), '');
  });

  it('is found by its whole name first, then by a unique suffix', async () => {
    await expect(findRecording(directory.path, 'v1_list-files')).resolves.toMatch(/v1_list-files\.jsonl$/);
    await expect(findRecording(directory.path, 'list-files')).resolves.toMatch(/v1_list-files\.jsonl$/);
    await expect(findRecording(directory.path, 'files')).resolves.toMatch(/\/files\.jsonl$/);
  });

  it('is not found by an ambiguous suffix, by a path, or without a directory of recordings', async () => {
    const unknown = { code: 'agent.recording_unknown' };
    await expect(findRecording(directory.path, 'iles')).rejects.toMatchObject({
      ...unknown,
      message: expect.stringContaining('files or v1_list-files') as string,
    });
    await expect(findRecording(directory.path, './files')).rejects.toMatchObject(unknown);
    await expect(findRecording(undefined, 'files')).rejects.toMatchObject(unknown);
  });
});
