import { isAlive } from '@syntropic/testing/servers';
import { setTimeout as wait } from 'node:timers/promises';
import { atMost, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { pidOf } from '../process-family';
import { percentile, summaryOf } from '../statistics';
import { BUSY, busyWorkflow, sleepingWorkflow } from './workflows';

const EXECUTIONS = 20;
const STUBBORN = 4;
const LOOK_EVERY_MS = 2;

const CONTROL_MS = 1_000;
const STUBBORN_MS = 6_000;

/** From a request of control to the fact in the live stream, and from a cancellation until the agent's process is gone. */
export async function controlSuite(print: (line: string) => void): Promise<Figures> {
  return withPlatform(async (platform) => {
    await platform.createWorkflow(busyWorkflow);
    const facts = { pause: [] as number[], cancel: [] as number[] };
    for (let n = 0; n < EXECUTIONS; n++) {
      const { pause, cancel } = await pauseAndCancel(platform);
      facts.pause.push(pause);
      facts.cancel.push(cancel);
    }
    const gone: number[] = [];
    for (let n = 0; n < EXECUTIONS; n++) gone.push(await cancelSleeping(platform, `cooperative-${n}`, ''));
    const stubborn = await Promise.all(
      Array.from({ length: STUBBORN }, (_, n) => cancelSleeping(platform, `stubborn-${n}`, "trap '' INT TERM; ")),
    );

    const all = { ...facts, 'process gone': gone, 'stubborn process gone': stubborn };
    for (const [name, values] of Object.entries(all)) print(`${name}: ${summaryOf(values)}`);
    const p95 = (values: readonly number[]) => percentile(values, 0.95);
    return {
      control_p95: atMost({ value: p95([...facts.pause, ...facts.cancel]), unit: 'ms', target: CONTROL_MS }),
      cancel_to_process_gone_p95: atMost({ value: p95(gone), unit: 'ms', target: CONTROL_MS }),
      cancel_stubborn_max: atMost({ value: Math.max(...stubborn), unit: 'ms', target: STUBBORN_MS }),
    };
  });
}

/** Pauses a running agent, resumes it, and cancels it when it works again. */
async function pauseAndCancel(platform: Platform): Promise<Readonly<{ pause: number; cancel: number }>> {
  const id = await platform.execute(BUSY);
  const asked = { pause: NaN, cancel: NaN };
  const took = { pause: NaN, cancel: NaN };
  let isResumed = false;
  for await (const { event } of platform.frames(id)) {
    if (event === 'tool_execution_completed') {
      const next = isResumed ? 'cancel' : 'pause';
      if (!Number.isNaN(asked[next])) continue;
      asked[next] = performance.now();
      await control(platform, id, next);
    } else if (event === 'ExecutionPaused') {
      took.pause = performance.now() - asked.pause;
      await control(platform, id, 'resume');
    } else if (event === 'ExecutionResumed') isResumed = true;
    else if (event === 'ExecutionCancelled') took.cancel = performance.now() - asked.cancel;
  }
  return took;
}

/** Milliseconds from the cancellation of an agent that sleeps until its process is gone. */
async function cancelSleeping(platform: Platform, name: string, before: string): Promise<number> {
  const { yaml, commandLine } = sleepingWorkflow(name, before);
  await platform.createWorkflow(yaml);
  const id = await platform.execute(name);
  let pid = await pidOf(commandLine);
  while (pid === undefined) {
    await wait(LOOK_EVERY_MS);
    pid = await pidOf(commandLine);
  }
  const since = performance.now();
  await control(platform, id, 'cancel');
  while (isAlive(pid)) await wait(LOOK_EVERY_MS);
  return performance.now() - since;
}

const control = (platform: Platform, id: string, action: 'pause' | 'resume' | 'cancel') =>
  platform.api.post(`/api/executions/${id}/${action}`, 'application/json', '{}');
