import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemView, type SystemView } from './bubblewrap';
import { ControlGroups } from './control-groups';
import { closeInheritedDescriptors } from './inherited-descriptors';
import { LIMITS } from './limits';
import { PATH } from './programs';
import { seccompProgram } from './seccomp/program';
import { canMount } from './volume';
import type { Limit } from './workspace';

const SETUID = 0o4000;

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
  await refuseSetuid();
  const [groups, canMountVolumes, view] = await Promise.all([ControlGroups.find(), canMount(), systemView()]);
  return { groups, canMountVolumes, view, seccomp };
}

/** A bubblewrap with root's rights ignores the user that a workspace starts it as. */
async function refuseSetuid(): Promise<void> {
  const places = PATH.split(':').map((directory) => join(directory, 'bwrap'));
  const found = await Promise.all(places.map((place) => stat(place).catch(() => undefined)));
  if (found.some((file) => file && (file.mode & SETUID) !== 0)) throw new Error('bubblewrap has the setuid bit');
}

const OF_THE_DISK: readonly Limit[] = ['diskBytes', 'inodes'];

/** Limits that the runner keeps by looking: without a mount, nothing holds the disk. */
export const watchedOn = ({ canMountVolumes }: Machine): readonly Limit[] => (canMountVolumes ? [] : OF_THE_DISK);

export const unenforceableOn = ({ groups }: Machine): Limit[] =>
  LIMITS.filter((limit) => !OF_THE_DISK.includes(limit) && !groups.enforces(limit));
