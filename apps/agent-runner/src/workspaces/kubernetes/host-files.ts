import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { POD_PATHS, type PodFile } from '../../pod-agent/protocol';
import type { PodConnection } from './pod-connection';

/** The hashes of a runner's files, which are few and large. */
export class HostFiles {
  readonly #hashes = new Map<string, Readonly<{ modified: number; size: number; hash: Promise<string> }>>();

  async describe(path: string): Promise<PodFile> {
    const { size, mtimeMs: modified } = await stat(path);
    const known = this.#hashes.get(path);
    if (known?.modified === modified && known.size === size) return { path, size, hash: await known.hash };
    const hash = hashOf(path);
    this.#hashes.set(path, { modified, size, hash });
    return { path, size, hash: await hash };
  }
}

/** The files of the runner that a pod's programs may read: those of its image where they are the same, else copies. */
export class PodFiles {
  readonly #inside = new Map<string, Promise<string>>();

  constructor(
    private readonly connection: PodConnection,
    private readonly files: HostFiles,
  ) {}

  /** The path inside. */
  path(hostFile: string): Promise<string> {
    const known = this.#inside.get(hostFile);
    if (known) return known;
    const path = this.#place(hostFile, String(this.#inside.size));
    this.#inside.set(hostFile, path);
    return path;
  }

  async #place(hostFile: string, name: string): Promise<string> {
    const description = await this.files.describe(hostFile);
    if ((await this.connection.ask('POST', '/image-files', description)) === true) return hostFile;
    await this.connection.send(`/host-files/${name}`, createReadStream(hostFile));
    return `${POD_PATHS.hostFiles}/${name}`;
  }
}

async function hashOf(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}
