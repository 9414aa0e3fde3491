import type { YieldPoint } from '@syntropic/orchestration/contracts';
import type { Provider } from '../providers';
import { deferred, type Deferred } from './deferred';
import type { WorkspaceFreezer } from './workspace-freezer';

type PauseOptions = Readonly<{
  freezer: WorkspaceFreezer;
  yields: Provider['yields'];
  /** Called when the workspace could not be frozen. */
  onFault: (error: unknown) => void;
}>;

/** A requested pause: freezes the workspace at the agent's next yield point. */
export class AgentPause {
  #request: Deferred<YieldPoint | undefined> | undefined;

  constructor(private readonly options: PauseOptions) {}

  /** Resolves when the workspace is frozen; with undefined when the pause was withdrawn before that. */
  request(): Promise<YieldPoint | undefined> {
    if (this.#request) return this.#request.promise;

    this.#request = deferred();
    if (this.options.yields === 'anywhere') void this.#freeze('between_lines', this.#request);
    return this.#request.promise;
  }

  /** To be called at each yield point of the output; returns when the agent may be read further. */
  async reach(yieldPoint: YieldPoint | undefined): Promise<void> {
    if (!yieldPoint || !this.#request || this.options.freezer.has('paused')) return;
    if (this.options.yields === 'output') await this.#freeze(yieldPoint, this.#request);
  }

  async resume(): Promise<void> {
    this.withdraw();
    await this.options.freezer.thaw('paused');
  }

  withdraw(): void {
    this.#request?.resolve(undefined);
    this.#request = undefined;
  }

  async #freeze(yieldPoint: YieldPoint, request: Deferred<YieldPoint | undefined>): Promise<void> {
    const { freezer, onFault } = this.options;
    try {
      await freezer.freeze('paused');
      if (freezer.has('paused')) request.resolve(yieldPoint);
    } catch (error) {
      onFault(error);
    }
  }
}
