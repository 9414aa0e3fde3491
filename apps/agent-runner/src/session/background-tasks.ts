import type { MessageOutline } from './message-outline';

/** Tasks that are remembered: an agent may announce any number. */
const MAX_TASKS = 10_000;

const ENDED: ReadonlySet<string | undefined> = new Set(['completed', 'failed', 'killed']);

/** The tasks in the background that an agent has announced and not ended. */
export class BackgroundTasks {
  #running = new Set<string>();
  /** The tasks that were announced before the result of their launch, as newer agents do; they may have ended already. */
  readonly #announced = new Set<string>();

  get areRunning(): boolean {
    return this.#running.size > 0;
  }

  /** To be called with each line of output, in order. */
  follow(line: MessageOutline): void {
    const { type, subtype, task_id: id = '', tasks } = line;
    if (type === 'user') this.#launch(line);
    if (type !== 'system') return;
    if (this.#announced.size < MAX_TASKS) for (const task of [line, ...(tasks ?? [])]) this.#announce(task);
    // The complete set; its members count also without their ids.
    if (subtype === 'background_tasks_changed' && tasks) this.#running = new Set(tasks.map(idOf));
    else if (starts(line)) this.#start(id);
    else if (ends(line)) this.#running.delete(id);
  }

  /** A launched sub-agent is a task with the agent's id. */
  #launch({ tool_use_result: result }: MessageOutline): void {
    const isLaunch = result?.isAsync === true || result?.status === 'async_launched';
    if (isLaunch && result.agentId !== undefined && !this.#announced.has(result.agentId)) this.#start(result.agentId);
  }

  #announce({ task_id: id }: Readonly<{ task_id?: string | undefined }>): void {
    if (id !== undefined) this.#announced.add(id);
  }

  #start(id: string): void {
    if (this.#running.size < MAX_TASKS) this.#running.add(id);
  }
}

const idOf = (task: Readonly<{ task_id?: string | undefined }>, index: number) => task.task_id ?? String(index);

/** Tasks run in the background unless their agent denies it. */
const starts = ({ subtype, is_backgrounded, patch }: MessageOutline): boolean =>
  (subtype === 'task_started' && is_backgrounded !== false) ||
  (subtype === 'task_updated' && patch?.is_backgrounded === true);

const ends = ({ subtype, patch }: MessageOutline): boolean =>
  subtype === 'task_notification' || (subtype === 'task_updated' && ENDED.has(patch?.status));
