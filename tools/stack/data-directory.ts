import { isAlive } from '@syntropic/testing/servers';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LOCK = 'stack.pid';

/** The files of one stack, readable by its own user only. One stack at a time uses it. */
export class DataDirectory {
  private constructor(private readonly root: string) {}

  /** Throws while another running stack holds it. */
  static claim(root: string): DataDirectory {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    const lock = join(root, LOCK);
    const holder = holderOf(lock);
    if (holder !== undefined)
      throw new Error(`a stack already runs on ${root} (process ${holder}): end that one first`);

    rmSync(lock, { force: true });
    writeFileSync(lock, `${process.pid} ${startTimeOf(process.pid)}\n`, { flag: 'wx', mode: 0o600 });
    return new DataDirectory(root);
  }

  release(): void {
    this.remove(LOCK);
  }

  remove(name: string): void {
    rmSync(this.path(name), { force: true });
  }

  path(...names: readonly string[]): string {
    return join(this.root, ...names);
  }

  /** Replaces the file in one step, so that a reader sees the old content or the new. */
  writeJson(name: string, content: unknown): void {
    const fresh = this.path(`${name}.new`);
    writeFileSync(fresh, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(fresh, this.path(name));
  }

  readJson(name: string): unknown {
    const text = textOf(this.path(name));
    return text === undefined ? undefined : JSON.parse(text);
  }
}

function holderOf(lock: string): number | undefined {
  const [pid, started] = (textOf(lock) ?? '').trim().split(' ');
  const isHeld = Number(pid) > 0 && isAlive(Number(pid)) && startTimeOf(Number(pid)) === started;
  return isHeld ? Number(pid) : undefined;
}

/** The start time of the process, in the kernel's count: it tells apart processes that reuse an id. */
function startTimeOf(pid: number): string {
  const STARTED = 19;
  const stat = textOf(`/proc/${pid}/stat`) ?? '';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[STARTED] ?? 'unknown';
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
