import { BackgroundTasks } from './background-tasks';
import type { MessageOutline } from './message-outline';
import { PausableTimer } from './pausable-timer';

/** Message types of a conversation: after a result they begin another turn. */
const CONVERSATION: ReadonlySet<string> = new Set(['assistant', 'user', 'stream_event']);

/** The time that an agent has to exit after its result; tasks in the background extend it until they have ended. */
export class ResultGrace {
  readonly #tasks = new BackgroundTasks();
  #timer: PausableTimer | undefined;
  #hasResult = false;
  #isStopped = false;

  constructor(
    private readonly durationMs: number,
    private readonly onExpired: () => void,
  ) {}

  /** True while a result is the last word of the agent's conversation. */
  get hasResult(): boolean {
    return this.#hasResult;
  }

  /** True while a result is the last word, and no task runs in the background. */
  get isIdle(): boolean {
    return this.#hasResult && !this.#tasks.areRunning;
  }

  /** To be called with each line of output, in order. */
  follow(line: MessageOutline | undefined): void {
    if (!line) return;
    const isResult = line.type === 'result';
    const isNextTurn = this.#hasResult && beginsTurn(line);
    const hadTasks = this.#tasks.areRunning;
    this.#tasks.follow(line);

    if (isResult || isNextTurn) this.#hasResult = isResult;
    if (isResult || isNextTurn || this.#tasks.areRunning !== hadTasks) this.#restart();
  }

  /** Counts on, after `stop`. */
  start(): void {
    this.#isStopped = false;
    this.#timer?.start();
  }

  /** Counts no time, until `start`. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.stop();
  }

  #restart(): void {
    this.#timer?.stop();
    this.#timer = this.isIdle ? new PausableTimer(this.durationMs, this.onExpired) : undefined;
    if (!this.#isStopped) this.#timer?.start();
  }
}

/** Sub-agents in the background go on after the result without another turn of their parent. */
const beginsTurn = ({ type, subtype, parent_tool_use_id: parent }: MessageOutline): boolean =>
  !parent && (CONVERSATION.has(type) || (type === 'system' && subtype === 'init'));
