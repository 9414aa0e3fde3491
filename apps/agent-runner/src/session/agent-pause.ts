import type { YieldPoint } from '@syntropic/orchestration/contracts';
import type { Provider } from '../providers';
import type { SessionSocket } from '../session-socket';
import { deferred, type Deferred } from './deferred';
import type { ResultGrace } from './result-grace';
import type { WorkspaceFreezer } from './workspace-freezer';
import type { YieldPoints } from './yield-points';

type PauseOptions = Readonly<{
  freezer: WorkspaceFreezer;
  yields: Provider['yields'];
  socket: SessionSocket;
  yieldPoints: Pick<YieldPoints, 'isIdleButLaunches'>;
  grace: Pick<ResultGrace, 'hasResult' | 'isIdle'>;
  /** Called when the workspace could not be frozen. */
  onFault: (error: unknown) => void;
}>;

type Request = Deferred<YieldPoint | undefined>;

/**
 * A requested pause: holds the agent's model calls and tools at once, and freezes the workspace when no call is in flight and no tool runs,
 * at the latest when the agent waits for the runner.
 */
export class AgentPause {
  #request: Request | undefined;
  #isFreezing = false;

  constructor(private readonly options: PauseOptions) {
    options.socket.onChange(() => {
      this.#freezeIdle();
    });
  }

  /** Resolves when the workspace is frozen; with undefined when the pause was withdrawn before that. */
  request(): Promise<YieldPoint | undefined> {
    if (this.#request) return this.#request.promise;

    const request = deferred<YieldPoint | undefined>();
    this.#request = request;
    void this.#hold(request);
    return request.promise;
  }

  /** To be called at each yield point of the output; returns when the agent may be read further. */
  async reach(yieldPoint: YieldPoint | undefined): Promise<void> {
    const { freezer, yields, socket } = this.options;
    if (!yieldPoint || !this.#request || freezer.has('paused')) return;
    // A sub-agent may be busy: the workspace is frozen when its call is answered and its tools have ended.
    const isBusy = socket.callsInFlight + socket.tools.size > 0;
    if (yields === 'output' && !isBusy) await this.#freeze(yieldPoint, this.#request);
  }

  /** To be called after each line of the output: a tool may have ended beside one that waits. */
  follow(): void {
    this.#freezeIdle();
  }

  /** Thaws the workspace before its calls go out, so that none goes out for a client that has given up. */
  async resume(): Promise<void> {
    this.withdraw();
    const { freezer, socket } = this.options;
    await freezer.thaw('paused');
    if (this.#request) return;
    socket.release('paused');
    socket.release('limited');
  }

  withdraw(): void {
    this.#request?.resolve(undefined);
    this.#request = undefined;
  }

  async #hold(request: Request): Promise<void> {
    const { socket, yields } = this.options;
    await socket.hold('paused');
    if (request !== this.#request) return;
    if (yields === 'anywhere') await this.#freeze('between_lines', request);
    else this.#freezeIdle();
  }

  /** Freezes an agent that waits for the runner or for its background tasks, while no call and no tool of it goes on. */
  #freezeIdle(): void {
    const { socket, yields, freezer } = this.options;
    const request = this.#request;
    if (!request || yields !== 'output' || this.#isFreezing || freezer.has('paused')) return;

    const { calls, tools } = socket.held;
    const isWaiting = calls + tools.length > 0 || this.#waitsForTasks;
    if (!isWaiting || socket.callsInFlight > 0 || this.#runsTools) return;
    void this.#freeze(calls > 0 && tools.length === 0 ? 'after_tool' : 'after_model', request);
  }

  /** True for an agent that has said its result, and goes on when a task in the background has ended. */
  get #waitsForTasks(): boolean {
    const { grace } = this.options;
    return grace.hasResult && !grace.isIdle;
  }

  /** Tools that an agent has ordered wait for each other, and ask when their turn comes; without questions only the output tells. */
  get #runsTools(): boolean {
    const { socket, yieldPoints } = this.options;
    return socket.tools.size > 0 || (!socket.tools.areAsked && !yieldPoints.isIdleButLaunches);
  }

  async #freeze(yieldPoint: YieldPoint, request: Request): Promise<void> {
    const { freezer, onFault } = this.options;
    this.#isFreezing = true;
    try {
      await freezer.freeze('paused');
      if (freezer.has('paused')) request.resolve(yieldPoint);
    } catch (error) {
      onFault(error);
    } finally {
      this.#isFreezing = false;
    }
  }
}
