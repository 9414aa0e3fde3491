import { parseWorkflowYaml } from '@syntropic/orchestration/contracts';
import { parentPort } from 'node:worker_threads';

/** The worker thread's part: says that it is ready, then reads one document for each message. */
parentPort?.on('message', (text: string) => {
  parentPort?.postMessage(parseWorkflowYaml(text));
});
parentPort?.postMessage('ready');
