import { effect, type EffectHandlers } from '@syntropic/processes';
import type { Control, NewWork } from './work';
import type { WorkQueue } from './work-queue';

const ENQUEUE = effect<NewWork>('enqueue');
const CONTROL = effect<Readonly<{ executionId: string; control: Control }>>('control');
const ANNOUNCE_MESSAGE = effect<Readonly<{ executionId: string }>>('announce_message');
const CLOSE_WORK = effect<Readonly<{ executionId: string; keeping: readonly string[] }>>('close_work');

/** Queues a leg of a session for a runner. */
export const enqueue = (work: NewWork) => ENQUEUE.action(work);

/** Requests run, pause, interrupt or cancel of all sessions of an execution. */
export const control = (executionId: string, request: Control) => CONTROL.action({ executionId, control: request });

/** Lets the runners of an execution's sessions ask for its messages. */
export const announceMessage = (executionId: string) => ANNOUNCE_MESSAGE.action({ executionId });

/** Closes all work of an execution: runners lose their leases on it, and it is offered no longer. */
export const closeWork = (executionId: string) => CLOSE_WORK.action({ executionId, keeping: [] });

/** Closes it, but lets runners keep the workspaces of these sessions for their next legs. */
export const keepWork = (executionId: string, sessionIds: readonly string[]) =>
  CLOSE_WORK.action({ executionId, keeping: sessionIds });

/** The handlers of these actions. */
export const workEffects = (queue: WorkQueue): EffectHandlers => ({
  ...ENQUEUE.handler((work, position) => queue.enqueue(work, position)),
  ...CONTROL.handler(({ executionId, control: request }, position) => queue.setControl(executionId, request, position)),
  ...ANNOUNCE_MESSAGE.handler(({ executionId }, position) => queue.announceMessage(executionId, position)),
  ...CLOSE_WORK.handler(({ executionId, keeping }, position) => queue.closeExecution(executionId, position, keeping)),
});
