import { threadId } from 'node:worker_threads';
import { answerCalls } from '../answer-calls';

/** A thread that does what it is told. */
answerCalls((request: string): string | number => {
  switch (request) {
    case 'fault':
      throw new Error('told to');
    case 'hang':
      for (;;);
    case 'grow':
      for (const all: unknown[][] = []; ; all.push(new Array<unknown>(1_000).fill(all.length)));
    case 'die':
      return process.exit(1);
    case 'crash':
      setImmediate(() => {
        throw new Error('crashed');
      });
      return 'soon';
    case 'who':
      return threadId;
    default:
      return request;
  }
});
