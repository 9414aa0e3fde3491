import { parentPort } from 'node:worker_threads';
import { READY, type ThreadCall, type ThreadReply } from './messages';

/** The part of the worker thread: answers calls one after the other. An error of one is its fault, and the thread goes on. */
export function answerCalls(answer: (request: never) => unknown): void {
  parentPort?.on('message', ({ id, request }: ThreadCall) => {
    // The host sends the requests that this program answers.
    parentPort?.postMessage(replyTo(id, () => answer(request as never)));
  });
  parentPort?.postMessage(READY);
}

function replyTo(id: number, answer: () => unknown): ThreadReply {
  try {
    return { id, answer: answer() };
  } catch (error) {
    return { id, fault: error instanceof Error ? error.message : String(error) };
  }
}
