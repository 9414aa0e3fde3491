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
  /** Folders whose own names are durable. */
  readonly #durable = new Set<string>();

  constructor(private readonly directory: string) {}

  /** The file appears under its name complete or not at all, and its name is durable when this resolves. */
  async put(source: ObjectSource, signal?: AbortSignal, copy?: string): Promise<StoredObject> {
    const incomplete = join(this.directory, 'incoming', randomUUID());
    try {
      const { sha256, sizeBytes } = await store(source, incomplete, signal);
      await this.#rename(incomplete, nameOf(sha256, copy));
      return { uri: uriOf(sha256, copy), sha256, sizeBytes };
    } catch (error) {
      await rm(incomplete, { force: true });
      throw error;
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
    await inItsFolder(path, () => rename(incomplete, path));
    await using(folder, (handle) => handle.sync());
    if (this.#durable.has(folder)) return;
    await using(this.directory, (handle) => handle.sync());
    this.#durable.add(folder);
  }

  #pathOf(name: string): string {
    return join(this.directory, keyOf(name));
  }
}

async function store(source: ObjectSource, path: string, signal?: AbortSignal) {
  const target = await inItsFolder(path, () => open(path, 'wx', 0o644));
  try {
    const measured = await measure(source, { onChunk: (chunk) => target.writeFile(chunk), signal });
    await target.sync();
    return measured;
  } finally {
    await target.close();
  }
}

/** Makes the folder of a path when the work finds it missing, and repeats the work. */
async function inItsFolder<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isAbsent(error)) throw error;
    await mkdir(dirname(path), { recursive: true });
    return work();
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
