import type { SeenFile } from '@syntropic/object-storage';

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;

/** Upper bounds of what a session leaves. */
export type ArtifactLimits = Readonly<{
  files: number;
  fileBytes: number;
  totalBytes: number;
  /** The workspace's disk: holes can make files larger than it is. */
  diskBytes?: number | undefined;
}>;

export const ARTIFACT_LIMITS: ArtifactLimits = { files: 1_000, fileBytes: GIBIBYTE, totalBytes: 4 * GIBIBYTE };

/** Adds up files by their sizes, before any of their bytes is read. */
export class ArtifactBudget {
  readonly #inodes = new Set<string>();
  #totalBytes = 0;
  #diskBytes = 0;

  constructor(private readonly limits: ArtifactLimits) {}

  /** The reason to leave the file out; undefined when it fits, and then it counts. */
  refuse({ device, inode, sizeBytes }: SeenFile): string | undefined {
    const { fileBytes, totalBytes, diskBytes = Infinity } = this.limits;
    const file = `${device}:${inode}`;
    const total = this.#totalBytes + sizeBytes;
    // Links to one file take its place on the disk once.
    const onDisk = this.#inodes.has(file) ? this.#diskBytes : this.#diskBytes + sizeBytes;
    if (sizeBytes > fileBytes) return exceeded('it has', sizeBytes, `a file: ${mebibytes(fileBytes)}`);
    if (onDisk > diskBytes) return exceeded('it brings the files to', onDisk, `the disk: ${mebibytes(diskBytes)}`);
    if (total > totalBytes) return exceeded('it brings the files to', total, `all files: ${mebibytes(totalBytes)}`);

    this.#inodes.add(file);
    this.#totalBytes = total;
    this.#diskBytes = onDisk;
    return undefined;
  }
}

const exceeded = (which: string, bytes: number, limit: string) =>
  `${which} ${mebibytes(bytes)}, above the limit of ${limit}`;

const mebibytes = (bytes: number) => `${(Math.ceil((10 * bytes) / MEBIBYTE) / 10).toLocaleString('en')} MiB`;
