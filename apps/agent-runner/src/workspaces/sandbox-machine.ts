import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { etcFiles, systemView, type Bind, type SystemView } from './bubblewrap';
import { ControlGroups } from './control-groups';
import { closeInheritedDescriptors } from './inherited-descriptors';
import { LIMITS } from './limits';
import { seccompProgram } from './seccomp/program';
import { canMount } from './volume';
import type { Limit } from './workspace';

/** Facilities of the machine, detected once in a runner's life. */
export interface Machine {
  readonly groups: ControlGroups;
  readonly canMountVolumes: boolean;
  readonly view: SystemView;
  readonly seccomp: Buffer;
}

/** @throws when the machine has no sandbox, with the reason */
export async function detectMachine(): Promise<Machine> {
  closeInheritedDescriptors();
  const seccomp = seccompProgram(process.arch);
  const [groups, canMountVolumes, view] = await Promise.all([ControlGroups.find(), canMount(), systemView()]);
  return { groups, canMountVolumes, view, seccomp };
}

const OF_THE_DISK: readonly Limit[] = ['diskBytes', 'inodes'];

/** Limits that the runner keeps by looking: without a mount, nothing holds the disk. */
export const watchedOn = ({ canMountVolumes }: Machine): readonly Limit[] => (canMountVolumes ? [] : OF_THE_DISK);

export const unenforceableOn = ({ groups }: Machine): Limit[] =>
  LIMITS.filter((limit) => !OF_THE_DISK.includes(limit) && !groups.enforces(limit));

/** Writes the files of /etc that a sandbox has of its own. */
export async function writeEtc(directory: string): Promise<Bind[]> {
  await mkdir(directory, { recursive: true });
  return Promise.all(
    Object.entries(etcFiles).map(async ([name, content]) => {
      const source = join(directory, name);
      await writeFile(source, content);
      return { source, target: `/etc/${name}`, writable: false };
    }),
  );
}
