import type { ControlGroup } from './control-group';
import { shownAt } from './launch-command';
import { marker } from './orphans';
import { SandboxLauncher } from './sandbox-launcher';
import type { User } from './unprivileged-user';

/** Files that every user of the machine can read. */
const PROGRAMS = '/usr/';

export interface Starter {
  readonly id: string;
  readonly group: ControlGroup | undefined;
  readonly user: User | undefined;
}

/** A launcher, and the paths at which its user reaches files of the host. */
export interface Start {
  readonly launcher: SandboxLauncher;
  readonly place: (source: string) => string;
}

/** The launchers of one workspace: that of its first program is prepared before the program is known. */
export class PreparedStart {
  #prepared: SandboxLauncher | undefined;
  #known: readonly string[] = [];

  constructor(private readonly starter: Starter) {
    this.#prepared = this.#launcher();
  }

  /** Begins to mount the sources that each program needs, where only root may reach them. */
  mount(known: readonly string[]): void {
    this.#known = known;
    this.#prepare(this.#prepared, known);
  }

  /** The launcher for a program that needs these files of the host. */
  next(files: readonly string[]): Start {
    const isKnown = (file: string) => file.startsWith(PROGRAMS) || shownAt(this.#known, file) !== file;
    const others = files.filter((file) => !isKnown(file));
    const sources = [...this.#known, ...others];
    const place = (source: string) => (this.starter.user ? shownAt(sources, source) : source);
    if (this.#prepared && (others.length === 0 || !this.starter.user)) {
      const launcher = this.#prepared;
      this.#prepared = undefined;
      return { launcher, place };
    }
    this.discard();
    const launcher = this.#launcher();
    this.#prepare(launcher, sources);
    return { launcher, place };
  }

  /** Ends a launcher that waits for a program: without control groups no process of the workspace leads to it. */
  discard(): void {
    this.#prepared?.end();
    this.#prepared = undefined;
  }

  #prepare(launcher: SandboxLauncher | undefined, sources: readonly string[]): void {
    if (this.starter.user) launcher?.mount(sources);
  }

  #launcher(): SandboxLauncher {
    const { group, user, id } = this.starter;
    return new SandboxLauncher(group, user, marker(id));
  }
}
