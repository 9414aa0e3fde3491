import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ControlGroup } from './control-group';
import type { Limit } from './workspace';

const run = promisify(execFile);

/** The controllers that enforce limits; other hierarchies are ignored. */
const CONTROLLERS = ['memory', 'pids', 'cpu'];
/** The controller of version 1 that freezes. */
const FREEZER = 'freezer';

/** The parent directories below which this runner can create control groups, version 2 before version 1. */
export class ControlGroups {
  readonly #layout = new Map<string, number>();

  private constructor(
    private readonly parents: readonly string[],
    private readonly enforceable: readonly Limit[],
  ) {}

  /** Tries each candidate: creates a group, lets a process enter it, and removes it. */
  static async find(): Promise<ControlGroups> {
    const parents: string[] = [];
    const { limiting, freezing } = await hierarchies();
    const add = async (candidates: readonly string[]) => {
      const parent = await bestOf(candidates);
      if (parent !== undefined && !parents.includes(parent)) parents.push(parent);
    };
    for (const candidates of limiting) await add(candidates);
    // Version 2 freezes without a controller, beside those of version 1 too: each further hierarchy costs every workspace a directory.
    if (!(await sampleOf(parents)).canFreeze) for (const candidates of freezing) await add(candidates);
    return new ControlGroups(parents, (await sampleOf(parents)).enforceable);
  }

  enforces(limit: Limit): boolean {
    return this.enforceable.includes(limit);
  }

  /** The group of a workspace; undefined where the machine has no usable hierarchy. */
  create(id: string): ControlGroup | undefined {
    return this.parents.length === 0 ? undefined : ControlGroup.create(this.parents, id, this.#layout);
  }
}

/** The abilities of a group below these parents. */
async function sampleOf(parents: readonly string[]): Promise<Pick<ControlGroup, 'canFreeze' | 'enforceable'>> {
  const sample = ControlGroup.create(parents, `probe-${randomUUID()}`);
  const { canFreeze, enforceable } = sample;
  await sample.remove();
  return { canFreeze, enforceable };
}

/** For each mounted hierarchy, the directories in which a group could be created, nearest to this process first. */
type Hierarchies = Readonly<Record<'limiting' | 'freezing', readonly (readonly string[])[]>>;

/** Version 2 first. */
async function hierarchies(): Promise<Hierarchies> {
  const own = parseOwnGroups(await readFile('/proc/self/cgroup', 'utf8'));
  const mounts = parseMounts(await readFile('/proc/self/mountinfo', 'utf8'));
  const unified = mounts
    .filter(({ type }) => type === 'cgroup2')
    .map(({ point }) => upwards(point, own.get('') ?? '/'));
  const separate = (controllers: readonly string[]) =>
    mounts.flatMap(({ type, point, options }) => {
      const controller = type === 'cgroup' ? controllers.find((name) => options.includes(name)) : undefined;
      return controller === undefined ? [] : [upwards(point, own.get(controller) ?? '/')];
    });
  return { limiting: [...unified, ...separate(CONTROLLERS)], freezing: separate([FREEZER]) };
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

/** The candidate whose groups enforce most limits. Among equals the nearest, so that the runner's own limits still apply. */
async function bestOf(candidates: readonly string[]): Promise<string | undefined> {
  let best: { parent: string; limits: number } | undefined;
  for (const parent of candidates) {
    const limits = await enforceableBelow(parent);
    if (limits !== undefined && limits > (best?.limits ?? -1)) best = { parent, limits };
  }
  return best?.parent;
}

/** The number of limits that a group below the directory enforces; undefined where no process can enter one. */
async function enforceableBelow(parent: string): Promise<number | undefined> {
  const directory = join(parent, `syntropic-probe-${randomUUID()}`);
  try {
    await stat(parent);
    await enableControllers(parent);
    await mkdir(directory);
  } catch {
    return undefined;
  }
  try {
    await run('sh', ['-c', 'echo $$ > "$0/cgroup.procs"', directory]);
    return new ControlGroup([directory]).enforceable.length;
  } catch {
    return undefined;
  } finally {
    await rmdir(directory);
  }
}

/** A version 2 group has only the controllers that its parent enables; a refusal leaves it without. */
async function enableControllers(parent: string): Promise<void> {
  for (const controller of ['memory', 'pids', 'cpu']) {
    await writeFile(join(parent, 'cgroup.subtree_control'), `+${controller}`, { flag: 'r+' }).catch(() => undefined);
  }
}
