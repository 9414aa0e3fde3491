import { existsSync } from 'node:fs';
import { chown, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Transform, type TransformCallback } from 'node:stream';
import { bothOf, readFiles, writeFiles, type TarOptions } from '../../pod-agent/file-stream';
import { PLACES, type Place } from '../../pod-agent/protocol';
import { PATH } from '../programs';
import { removeTree } from '../remove-tree';
import type { User } from '../unprivileged-user';
import { Volume } from '../volume';
import type { Limits } from '../workspace';
import type { PodConnection } from './pod-connection';

const NAMES = Object.keys(PLACES) as Place[];

/** What an archive needs beside the content of a file. */
const BYTES_PER_FILE = 2_048;

/** The files of a workspace on the runner: those that go into its pods, and those that have come back. */
export class Mirror {
  readonly #tar: TarOptions;

  private constructor(
    readonly volume: Volume,
    private readonly owner: User | undefined,
    private readonly limits: Limits,
  ) {
    // What a pod sends is written with the rights of an ordinary user, whatever it is.
    const wrapper = owner && [
      ...['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--bounding-set=-all'],
      ...['--inh-caps=-all', '--no-new-privs', '--'],
    ];
    this.#tar = { path: PATH, ...(wrapper && { wrapper }) };
  }

  /** Keeps the files of an earlier opening. */
  static async open(root: string, owner: User | undefined, limits: Limits): Promise<Mirror> {
    // A runner that died between the two renames has left one place without its files.
    for (const name of NAMES) {
      const [place, former] = [join(root, name), join(root, formerOf(name))];
      if (!existsSync(place) && existsSync(former)) await rename(former, place);
    }
    return new Mirror(await Volume.open(root, {}, owner), owner, limits);
  }

  /** Writes all files into the pod. */
  async send(connection: PodConnection): Promise<void> {
    for (const name of NAMES) {
      const files = new PassThrough();
      const written = writeFiles(join(this.volume.root, name), files, { path: PATH });
      await bothOf(written, connection.send(`/files/${name}`, files));
    }
  }

  /** Replaces all files by those of the pod, in one step for each place. */
  async receive(connection: PodConnection): Promise<void> {
    for (const name of NAMES) await this.#receive(connection, name);
    for (const name of NAMES) await this.#replace(name);
  }

  async #receive(connection: PodConnection, name: Place): Promise<void> {
    const directory = join(this.volume.root, incomingOf(name));
    await removeTree(directory);
    await mkdir(directory, { mode: 0o755 });
    if (this.owner) await chown(directory, this.owner.uid, this.owner.gid);
    const bounded = bound(this.limits);
    const stream = await connection.open('GET', `/files/${name}`);
    stream.end();
    stream.on('error', (error: Error) => bounded.destroy(error));
    await readFiles(stream.pipe(bounded), directory, this.#tar);
  }

  async #replace(name: Place): Promise<void> {
    const at = (part: string) => join(this.volume.root, part);
    await removeTree(at(formerOf(name)));
    await rename(at(name), at(formerOf(name)));
    await rename(at(incomingOf(name)), at(name));
    await removeTree(at(formerOf(name)));
  }
}

const incomingOf = (name: Place) => `incoming-${name}`;
const formerOf = (name: Place) => `former-${name}`;

/** Passes on no more than a workspace may hold. */
function bound({ diskBytes = Infinity, inodes = Infinity }: Limits): Transform {
  const most = diskBytes + inodes * BYTES_PER_FILE;
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback: TransformCallback) {
      bytes += chunk.length;
      if (bytes > most) callback(new Error('the files of a pod are more than its workspace may hold'));
      else callback(null, chunk);
    },
  });
}
