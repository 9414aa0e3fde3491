import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ControlGroup } from './control-group';
import type { Limit } from './workspace';

const run = promisify(execFile);

/** The controllers that hold limits or freeze; other hierarchies are none of ours. */
const CONTROLLERS = ['freezer', 'memory', 'pids', 'cpu'];

/** Where this runner may make control groups: in version 2 as far as it offers what is needed, else in version 1. */
export class ControlGroups {
  private constructor(
    private readonly parents: readonly string[],
    private readonly held: readonly Limit[],
  ) {}

  /** Finds the places by trying: a group is made, entered by a process and removed. */
  static async find(): Promise<ControlGroups> {
    const parents: string[] = [];
    for (const candidates of await hierarchies()) {
      const parent = await bestOf(candidates);
      if (parent !== undefined && !parents.includes(parent)) parents.push(parent);
    }
    if (parents.length === 0) return new ControlGroups([], []);

    const sample = await ControlGroup.create(parents, `probe-${randomUUID()}`);
    const { holds } = sample;
    await sample.remove();
    return new ControlGroups(parents, holds);
  }

  holds(limit: Limit): boolean {
    return this.held.includes(limit);
  }

  /** A workspace's group; nothing where the machine offers none. */
  async create(id: string): Promise<ControlGroup | undefined> {
    return this.parents.length === 0 ? undefined : ControlGroup.create(this.parents, id);
  }
}

/** The mounted hierarchies, version 2 first: of each the directories in which a group could be made, the nearest to this process first. */
async function hierarchies(): Promise<string[][]> {
  const own = parseOwnGroups(await readFile('/proc/self/cgroup', 'utf8'));
  const mounts = parseMounts(await readFile('/proc/self/mountinfo', 'utf8'));
  const unified = mounts
    .filter(({ type }) => type === 'cgroup2')
    .map(({ point }) => upwards(point, own.get('') ?? '/'));
  const separate = mounts.flatMap(({ type, point, options }) => {
    const controller = type === 'cgroup' ? CONTROLLERS.find((name) => options.includes(name)) : undefined;
    return controller === undefined ? [] : [upwards(point, own.get(controller) ?? '/')];
  });
  return [...unified, ...separate];
}

function parseOwnGroups(text: string): Map<string, string> {
  const groups = new Map<string, string>();
  for (const [, controllers = '', path = '/'] of text.matchAll(/^\d+:([^:]*):(.*)$/gm)) {
    for (const controller of controllers.split(',')) groups.set(controller, path);
  }
  return groups;
}

function parseMounts(text: string) {
  return text
    .split('\n')
    .filter((line) => line.includes(' - cgroup'))
    .map((line) => {
      const [mount = '', source = ''] = line.split(' - ');
      const [type = '', , options = ''] = source.split(' ');
      return { type, point: mount.split(' ')[4] ?? '', options: options.split(',') };
    });
}

function upwards(mountPoint: string, own: string): string[] {
  const paths = [];
  for (let path = own; path !== '/'; path = dirname(path)) paths.push(join(mountPoint, path));
  return [...paths, mountPoint];
}

/** The candidate whose groups hold the most; the nearest of equals, so that the limits round the runner keep holding. */
async function bestOf(candidates: readonly string[]): Promise<string | undefined> {
  let best: { parent: string; held: number } | undefined;
  for (const parent of candidates) {
    const held = await powersIn(parent);
    if (held !== undefined && held > (best?.held ?? -1)) best = { parent, held };
  }
  return best?.parent;
}

async function powersIn(parent: string): Promise<number | undefined> {
  const directory = join(parent, `syntropic-probe-${randomUUID()}`);
  try {
    await stat(parent);
    await offerControllers(parent);
    await mkdir(directory);
  } catch {
    return undefined;
  }
  try {
    await run('sh', ['-c', 'echo $$ > "$0/cgroup.procs"', directory]);
    return new ControlGroup([directory]).holds.length;
  } catch {
    return undefined;
  } finally {
    await rmdir(directory);
  }
}

/** Version 2 gives a group only the controllers that its parent hands down; where this is refused there are none. */
async function offerControllers(parent: string): Promise<void> {
  for (const controller of ['memory', 'pids', 'cpu']) {
    await writeFile(join(parent, 'cgroup.subtree_control'), `+${controller}`, { flag: 'r+' }).catch(() => undefined);
  }
}
