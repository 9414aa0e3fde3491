import { eventually } from '@syntropic/testing';
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { usePlatform } from './platform';
import { shell, simulated, workflow } from './workflows';

const platform = usePlatform({ environment: () => ({ PAUSE_HOLD_SECONDS: '3' }) });

const State = z.object({ state: z.string() });
const Session = z.looseObject({ status: z.string(), operations: z.array(z.unknown()) });

const stateOf = async (id: string) => State.parse((await platform.get(`/api/executions/${id}/state`)).body).state;

const sessionOf = async (id: string) => {
  const { phases } = await platform.execution(id);
  return Session.parse((await platform.get(`/api/sessions/${phases[0]?.session_id ?? ''}`)).body);
};

const slow = 'turns: 60, tools_per_turn: 1, delay_ms: 50';

describe('pausing', () => {
  beforeAll(() => platform.createWorkflow(workflow('slow', simulated(slow))));

  it('stops the agent at a yield point, and resuming goes on to the end', async () => {
    const id = await platform.execute('slow');
    await eventually(async () => (await sessionOf(id)).operations.length > 2);

    expect((await platform.post(`/api/executions/${id}/pause`, { reason: 'lunch' })).status).toBe(200);
    await platform.reaches(id, 'paused');
    const held = (await sessionOf(id)).operations.length;
    expect(await stateOf(id)).toBe('paused');
    expect((await platform.post(`/api/executions/${id}/pause`)).status).toBe(400);
    expect((await sessionOf(id)).operations).toHaveLength(held);

    expect((await platform.post(`/api/executions/${id}/resume`)).status).toBe(200);
    const { phases } = await platform.reaches(id, 'completed');
    expect(phases[0]?.status).toBe('completed');
    expect((await sessionOf(id)).operations.length).toBeGreaterThan(held);
  });

  it('that was refused is refused again under the same key, also when it would be accepted now', async () => {
    const id = await platform.execute('slow');
    const pause = (key: string) =>
      platform.post(`/api/executions/${id}/pause`, undefined, { 'Idempotency-Key': `${key} of ${id}` });
    await eventually(async () => (await sessionOf(id)).operations.length > 2);
    await pause('first');
    await platform.reaches(id, 'paused');
    const refusal = await pause('second');
    await platform.post(`/api/executions/${id}/resume`);
    await platform.reaches(id, 'running');

    expect((await pause('first')).status).toBe(200);
    const again = await pause('second');

    expect({ status: again.status, body: again.body }).toEqual({ status: 400, body: refusal.body });
    expect((await platform.reaches(id, 'completed')).status).toBe('completed');
  });

  it('parks the agent after a while, and resuming begins its next leg', async () => {
    const id = await platform.execute('slow');
    await eventually(async () => (await sessionOf(id)).operations.length > 2);
    await platform.post(`/api/executions/${id}/pause`);

    const events: string[] = [];
    for await (const frame of platform.frames(id)) {
      events.push(frame.event);
      if (frame.event === 'PhaseParked') await platform.post(`/api/executions/${id}/resume`);
    }
    expect(events).toEqual(expect.arrayContaining(['ExecutionPaused', 'PhaseParked', 'ExecutionResumed']));
    expect(events.at(-1)).toBe('ExecutionCompleted');
  });

  it('survives its runner: the phase counts as parked and continues with its files', async () => {
    const id = await platform.execute('slow');
    await eventually(async () => (await sessionOf(id)).operations.length > 2);
    await platform.post(`/api/executions/${id}/pause`);
    await platform.reaches(id, 'paused');

    await platform.kill('agent-runner');
    const events: string[] = [];
    for await (const frame of platform.frames(id)) {
      events.push(frame.event);
      if (frame.event === 'PhaseParked') await platform.post(`/api/executions/${id}/resume`);
    }
    expect(events).not.toContain('ExecutionInterrupted');
    expect(events.at(-1)).toBe('ExecutionCompleted');
  }, 120_000);

  it('is refused with the state of an execution that is not running', async () => {
    await platform.createWorkflow(workflow('short', shell('true')));
    const id = await platform.execute('short');
    await platform.reaches(id, 'completed');

    const { status, body } = await platform.post(`/api/executions/${id}/pause`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'execution.has_ended', detail: expect.stringContaining('completed') as string });
  });
});

describe('cancelling', () => {
  it('ends an agent that ignores INT and TERM, and leaves no process', async () => {
    await platform.createWorkflow(
      workflow('stubborn', shell(`trap '' INT TERM\necho begun\nwhile :; do sleep 0.1; done`)),
    );
    const id = await platform.execute('stubborn');
    await eventually(async () => (await platform.execution(id)).phases[0]?.status === 'running');

    expect((await platform.post(`/api/executions/${id}/cancel`, { reason: 'wrong branch' })).status).toBe(200);
    await platform.reaches(id, 'cancelled');
    await eventually(async () => (await sessionOf(id)).status === 'cancelled');
    await eventually(() => !commandLines().some((line) => line.includes('sleep\u00000.1')));
  });

  it('takes effect at once while the execution is paused', async () => {
    await platform.createWorkflow(workflow('paused-first', simulated(slow)));
    const id = await platform.execute('paused-first');
    await eventually(async () => (await platform.execution(id)).phases[0]?.status === 'running');
    await platform.post(`/api/executions/${id}/pause`);
    await platform.reaches(id, 'paused');

    await platform.post(`/api/executions/${id}/cancel`);
    await platform.reaches(id, 'cancelled');
  });
});

function commandLines(): string[] {
  return processIds().flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
    } catch {
      // The process ended after it was listed.
      return [];
    }
  });
}

const processIds = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name));
