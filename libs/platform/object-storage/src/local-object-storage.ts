import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  ObjectMissing,
  sha256Of,
  uriOf,
  type ObjectSource,
  type ObjectStorage,
  type StoredObject,
} from './object-storage';

/** Objects as files of one directory, for one machine. Several processes may use it at once. */
export class LocalObjectStorage implements ObjectStorage {
  constructor(private readonly directory: string) {}

  /** The file appears under its name whole or not at all, and its name is durable before this answers. */
  async put(source: ObjectSource): Promise<StoredObject> {
    const incoming = join(this.directory, 'incoming');
    await mkdir(incoming, { recursive: true });
    const unnamed = join(incoming, randomUUID());

    try {
      const { sha256, sizeBytes } = await store(source, unnamed);
      await this.#name(unnamed, sha256);
      return { uri: uriOf(sha256), sha256, sizeBytes };
    } finally {
      await rm(unnamed, { force: true });
    }
  }

  async get(uri: string): Promise<Readable> {
    const file = await open(this.#pathOf(sha256Of(uri))).catch((cause: unknown) => {
      throw isAbsent(cause) ? new ObjectMissing(uri, { cause }) : cause;
    });
    return file.createReadStream();
  }

  async #name(unnamed: string, sha256: string): Promise<void> {
    const folder = this.#folderOf(sha256);
    await mkdir(folder, { recursive: true });
    await rename(unnamed, this.#pathOf(sha256));
    for (const directory of [folder, this.directory]) await using(directory, (handle) => handle.sync());
  }

  #folderOf(sha256: string): string {
    return join(this.directory, sha256.slice(0, 2));
  }

  #pathOf(sha256: string): string {
    return join(this.#folderOf(sha256), sha256);
  }
}

async function store(source: ObjectSource, path: string): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;

  const target = await open(path, 'wx', 0o644);
  try {
    for await (const chunk of chunksOf(source)) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      await target.writeFile(chunk);
    }
    await target.sync();
  } finally {
    await target.close();
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

const chunksOf = (source: ObjectSource): AsyncIterable<Uint8Array> =>
  source instanceof Uint8Array ? Readable.from([source]) : createReadStream(source.file);

async function using(path: string, work: (handle: FileHandle) => Promise<void>): Promise<void> {
  const handle = await open(path);
  try {
    await work(handle);
  } finally {
    await handle.close();
  }
}

const isAbsent = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
