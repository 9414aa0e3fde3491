import type { YieldPoint } from '@syntropic/orchestration/contracts';
import type { Provider } from '../providers';
import type { SessionSocket } from '../session-socket';
import { deferred, type Deferred } from './deferred';
import type { WorkspaceFreezer } from './workspace-freezer';
import type { YieldPoints } from './yield-points';

type PauseOptions = Readonly<{
  freezer: WorkspaceFreezer;
  yields: Provider['yields'];
  socket: SessionSocket;
  yieldPoints: YieldPoints;
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
      this.#freezeHeld();
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
    // A sub-agent's call may be in flight: the workspace is frozen when it is answered.
    if (yields === 'output' && socket.callsInFlight === 0) await this.#freeze(yieldPoint, this.#request);
  }

  /** To be called after each line of the output: a tool may have ended beside one that waits. */
  follow(): void {
    this.#freezeHeld();
  }

  /** Thaws the workspace before its calls go out, so that none goes out for a client that has given up. */
  async resume(): Promise<void> {
    this.withdraw();
    const { freezer, socket } = this.options;
    await freezer.thaw('paused');
    if (!this.#request) socket.release('paused');
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
    else this.#freezeHeld();
  }

  /** Freezes an agent that waits for the runner, with a call or with a tool, while nothing else of it goes on. */
  #freezeHeld(): void {
    const { socket, yieldPoints, yields, freezer } = this.options;
    const request = this.#request;
    if (!request || yields !== 'output' || this.#isFreezing || freezer.has('paused')) return;

    const { calls, tools } = socket.held;
    if (calls + tools.length === 0 || socket.callsInFlight > 0) return;
    const isRunning = [...socket.tools.running].some((id) => !yieldPoints.isLaunch(id));
    // One answer may order several tools, and the agent may ask about each when the one before has ended.
    if (isRunning || !(socket.tools.isAsked || yieldPoints.isIdleBut(tools))) return;
    void this.#freeze(tools.length > 0 ? 'after_model' : 'after_tool', request);
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
