import { eventually } from '@syntropic/testing';
import { z } from 'zod';
import { usePlatform } from './platform';
import { shell, simulated, workflow } from './workflows';

const platform = usePlatform();

const Recorded = z.looseObject({ recorded_at: z.string().optional(), phase_id: z.string().optional() });
const Detail = z.looseObject({ controls: z.array(z.looseObject({ control: z.string() })) });

/** What a person does at each event: the request's path and body. */
const REACTIONS: Readonly<Record<string, readonly (readonly [path: string, body?: object])[]>> = {
  ExecutionPaused: [['budget', { usd: 5 }], ['resume']],
  PhaseAwaitingApproval: [['phases/phase-1/approve']],
  'PhaseStarted phase-2': [['cancel', { reason: 'enough' }]],
};

const pauseAtWork = async (id: string) => {
  await eventually(async () => (await platform.execution(id)).phases[0]?.status === 'running');
  expect((await platform.post(`/api/executions/${id}/pause`, { reason: 'lunch' })).status).toBe(200);
};

it('each control is told as requested and as effective, with the same times in the stream and in the detail', async () => {
  const judged = `execution_type: human_in_loop\n${simulated('turns: 100, tools_per_turn: 1, delay_ms: 100')}`;
  await platform.createWorkflow(`${workflow('controlled', judged, shell('sleep 600'))}budget: { usd: 1 }\n`);
  const id = await platform.execute('controlled');

  const times = new Map<string, string>();
  for await (const { event, data } of platform.frames(id)) {
    if (event === 'snapshot') await pauseAtWork(id);
    const { recorded_at, phase_id } = Recorded.parse(JSON.parse(data));
    if (recorded_at === undefined) continue;
    times.set(event, recorded_at);
    const reactions = REACTIONS[event] ?? REACTIONS[`${event} ${phase_id ?? ''}`] ?? [];
    for (const [path, body] of reactions) {
      expect(await platform.post(`/api/executions/${id}/${path}`, body)).toMatchObject({ status: 200 });
    }
  }

  await platform.reaches(id, 'cancelled');
  const { controls } = Detail.parse((await platform.get(`/api/executions/${id}`)).body);
  const control = (name: string, requested: string, effective: string, reason: string | null = null) => ({
    control: name,
    requested_at: times.get(requested),
    effective_at: times.get(effective),
    lapsed_at: null,
    reason,
    phase_id: name === 'approve' ? 'phase-1' : null,
    why: null,
    until: null,
  });
  expect(controls).toEqual([
    control('pause', 'ExecutionPauseRequested', 'ExecutionPaused', 'lunch'),
    control('budget', 'BudgetChanged', 'BudgetChanged'),
    control('resume', 'ExecutionResumed', 'PhaseResumed'),
    control('approve', 'PhaseCompleted', 'PhaseCompleted'),
    control('cancel', 'ExecutionCancelRequested', 'ExecutionCancelled', 'enough'),
  ]);
});
