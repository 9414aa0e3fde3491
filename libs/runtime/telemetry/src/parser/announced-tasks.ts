import type { TaskMessage } from './claude-message';

type Task = Readonly<{ toolUseId: string; isInBackground: boolean }>;

/** Tasks that an agent announces, and which of its tools started each. */
export class AnnouncedTasks {
  readonly #tasks = new Map<string, Task>();

  /** The tool whose task runs in the background from this message on. */
  movedToBackground(message: TaskMessage): string | undefined {
    if (message.subtype === 'task_notification') return undefined;
    const known = this.#tasks.get(message.task_id);
    const isInBackground =
      message.subtype === 'task_started' ? message.is_backgrounded === true : message.patch.is_backgrounded === true;
    const toolUseId = message.tool_use_id ?? known?.toolUseId;
    if (toolUseId === undefined) return undefined;

    this.#tasks.set(message.task_id, { toolUseId, isInBackground: isInBackground || known?.isInBackground === true });
    return isInBackground ? toolUseId : undefined;
  }

  /** A launched sub-agent is a task with the agent's id, also without an announcement. */
  launched(agentId: string, toolUseId: string): void {
    this.#tasks.set(agentId, { toolUseId, isInBackground: true });
  }

  /** The tool whose task has ended. */
  toolOf({ task_id, tool_use_id }: TaskMessage): string | undefined {
    return tool_use_id ?? this.#tasks.get(task_id)?.toolUseId;
  }
}
