import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStorage } from '../object-storage';

export type Open = () => ObjectStorage | Promise<ObjectStorage>;

/** A storage that is opened for each test, with a directory for the files that it stores. */
export function useStorage(open: Open) {
  let directory: string;
  let storage: ObjectStorage;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sources-'));
    storage = await open();
  });
  afterEach(() => rm(directory, { recursive: true }));

  return {
    put: (...args: Parameters<ObjectStorage['put']>) => storage.put(...args),
    get: (...args: Parameters<ObjectStorage['get']>) => storage.get(...args),
    remove: (uri: string) => storage.remove(uri),
    pathOf: (name: string) => join(directory, name),
  };
}
