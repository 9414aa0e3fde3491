import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { measure } from './object-source';
import {
  keyOf,
  nameIn,
  nameOf,
  ObjectMissing,
  uriOf,
  type ObjectSource,
  type ObjectStorage,
  type StoredObject,
} from './object-storage';

/** Objects as files of one directory, for one machine and any number of its processes. */
export class LocalObjectStorage implements ObjectStorage {
  constructor(private readonly directory: string) {}

  /** The file appears under its name complete or not at all, and its name is durable when this resolves. */
  async put(source: ObjectSource, signal?: AbortSignal, copy?: string): Promise<StoredObject> {
    const incoming = join(this.directory, 'incoming');
    await mkdir(incoming, { recursive: true });
    const incomplete = join(incoming, randomUUID());

    try {
      const { sha256, sizeBytes } = await store(source, incomplete, signal);
      await this.#rename(incomplete, nameOf(sha256, copy));
      return { uri: uriOf(sha256, copy), sha256, sizeBytes };
    } finally {
      await rm(incomplete, { force: true });
    }
  }

  async get(uri: string, from = 0, until = Infinity): Promise<Readable> {
    const file = await open(this.#pathOf(nameIn(uri))).catch((cause: unknown) => {
      throw isAbsent(cause) ? new ObjectMissing(uri, { cause }) : cause;
    });
    return file.createReadStream({ start: from, end: until - 1 });
  }

  async remove(uri: string): Promise<void> {
    await rm(this.#pathOf(nameIn(uri)), { force: true });
  }

  async #rename(incomplete: string, name: string): Promise<void> {
    const path = this.#pathOf(name);
    const folder = dirname(path);
    await mkdir(folder, { recursive: true });
    await rename(incomplete, path);
    for (const directory of [folder, this.directory]) await using(directory, (handle) => handle.sync());
  }

  #pathOf(name: string): string {
    return join(this.directory, keyOf(name));
  }
}

async function store(source: ObjectSource, path: string, signal?: AbortSignal) {
  const target = await open(path, 'wx', 0o644);
  try {
    const measured = await measure(source, { onChunk: (chunk) => target.writeFile(chunk), signal });
    await target.sync();
    return measured;
  } finally {
    await target.close();
  }
}

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
