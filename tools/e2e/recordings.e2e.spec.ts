import { usdOf } from '@syntropic/kernel';
import type { Frame } from '@syntropic/stack';
import { recordingsFolder, recordingsIn, type Recording } from '@syntropic/telemetry/testing';
import { eventually } from '@syntropic/testing';
import { z } from 'zod';
import { usePlatform, type Platform } from './platform';
import { replay, workflow } from './workflows';

const folder = recordingsFolder(__dirname);

const Count = z.number().default(0);
const Result = z.object({
  total_cost_usd: z.number(),
  is_error: z.boolean(),
  modelUsage: z.record(
    z.string(),
    z.object({
      inputTokens: Count,
      outputTokens: Count,
      cacheReadInputTokens: Count,
      cacheCreationInputTokens: Count,
      costUSD: z.number(),
    }),
  ),
});
const Message = z.looseObject({
  type: z.string(),
  message: z
    .looseObject({ content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]).optional() })
    .optional(),
});

/** The recording's own figures: those of its first result line, whose totals no later one raises, and its tool calls. */
function figuresOf({ lines }: Recording) {
  const messages = lines.map(({ text }) => Message.parse(JSON.parse(text)));
  const blocks = messages.flatMap(({ message }) => (Array.isArray(message?.content) ? message.content : []));
  const calls = blocks.filter(({ type }) => type === 'tool_use');
  const result = Result.parse(messages.find(({ type }) => type === 'result'));
  const models = Object.entries(result.modelUsage);
  return {
    messages,
    status: result.is_error ? 'failed' : 'completed',
    cost: usdOf(result.total_cost_usd),
    costByModel: Object.fromEntries(models.map(([model, { costUSD }]) => [model, usdOf(costUSD)])),
    tokens: models.reduce(
      (sum, [, used]) => ({
        input: sum.input + used.inputTokens,
        output: sum.output + used.outputTokens,
        creation: sum.creation + used.cacheCreationInputTokens,
        read: sum.read + used.cacheReadInputTokens,
      }),
      { input: 0, output: 0, creation: 0, read: 0 },
    ),
    tools: calls.length,
    failedTools: blocks.filter((block) => block.type === 'tool_result' && block['is_error'] === true).length,
    subagents: calls.filter((block) => block['name'] === 'Task' || block['name'] === 'Agent').length,
  };
}

if (folder === undefined) it.skip('recorded sessions are not beside this repository', () => undefined);
else specify(folder);

function specify(recordings: string) {
  const platform = usePlatform({ environment: () => ({ SYN_RECORDINGS_DIR: recordings }) });

  it.each(recordingsIn(recordings).map((recording) => [recording.task, recording] as const))(
    '%s, replayed through the whole system, uses what it used',
    async (task, recording) => {
      const figures = figuresOf(recording);
      await platform.createWorkflow(workflow(task, replay(task)));
      const id = await platform.execute(task);
      const frames: Frame[] = [];
      for await (const frame of platform.framesFromStart(id)) frames.push(frame);

      const { input, output, creation, read } = figures.tokens;
      expect(await platform.reaches(id, figures.status)).toMatchObject({
        total_cost_usd: figures.cost,
        total_input_tokens: input,
        total_output_tokens: output,
        total_cache_creation_tokens: creation,
        total_cache_read_tokens: read,
        total_tokens: input + output + creation + read,
        phases: [
          {
            cost_usd: figures.cost,
            cost_by_model: figures.costByModel,
            total_tokens: input + output + creation + read,
          },
        ],
      });
      await expectSession(platform, id, figures);
      // Each read model reaches the end of the execution at its own time.
      await eventually(async () => {
        await expectAccounts(platform, { executionId: id, workflowId: task }, figures);
        return true;
      });
      expectFrames(frames, figures);
    },
  );
}

type Figures = ReturnType<typeof figuresOf>;

const Session = z.looseObject({
  operations: z.array(z.looseObject({ operation_type: z.string(), success: z.boolean() })),
});

async function expectSession(platform: Platform, executionId: string, figures: Figures): Promise<void> {
  const { phases } = await platform.execution(executionId);
  const { body } = await platform.get(`/api/sessions/${phases[0]?.session_id ?? ''}`);
  expect(body).toMatchObject({
    status: figures.status,
    total_cost_usd: figures.cost,
    cost_by_model: figures.costByModel,
  });

  const { operations } = Session.parse(body);
  const completed = operations.filter(({ operation_type }) => operation_type === 'tool_execution_completed');
  expect(completed).toHaveLength(figures.tools);
  expect(completed.filter(({ success }) => !success)).toHaveLength(figures.failedTools);
}

const SessionIds = z.tuple([z.object({ session_id: z.string() })]);
const Tool = z.looseObject({
  tool_name: z.string(),
  call_count: z.int(),
  success_count: z.int(),
  error_count: z.int(),
});
const Line = z.looseObject({ line_number: z.int(), raw: z.string(), parsed: z.looseObject({}) });

/** Every path tells the same figures, and what the agent printed is there line by line. */
async function expectAccounts(
  platform: Platform,
  { executionId, workflowId }: Readonly<{ executionId: string; workflowId: string }>,
  { cost, costByModel, tokens, tools, failedTools, messages }: Figures,
): Promise<void> {
  const get = async (path: string) => (await platform.get(`/api${path}`)).body;
  const { phases } = await platform.execution(executionId);
  const [{ session_id: id }] = SessionIds.parse(phases);
  const { input, output, creation, read } = tokens;
  const counts = {
    input_tokens: input,
    output_tokens: output,
    cache_creation_tokens: creation,
    cache_read_tokens: read,
    total_tokens: input + output + creation + read,
  };
  const account = { ...counts, total_cost_usd: cost, cost_by_model: costByModel, tool_calls: tools };
  expect(await get(`/costs/sessions/${id}`)).toMatchObject({
    ...account,
    execution_id: executionId,
    is_finalized: true,
  });
  expect(await get(`/costs/sessions?execution_id=${executionId}`)).toMatchObject([{ session_id: id, ...account }]);
  expect(await get(`/costs/executions/${executionId}`)).toMatchObject({
    ...account,
    session_count: 1,
    is_complete: true,
  });
  expect(await get(`/costs/executions?workflow_id=${workflowId}`)).toMatchObject([account]);
  expect(await get(`/events/sessions/${id}/costs`)).toEqual({
    session_id: id,
    ...counts,
    estimated_cost_usd: Number(cost),
  });
  expect(await get(`/observability/sessions/${id}/tokens`)).toMatchObject({ ...counts, total_cost_usd: cost });
  expect(await get(`/metrics?workflow_id=${workflowId}`)).toMatchObject({
    total_sessions: 1,
    total_cost_usd: cost,
    total_tokens: counts.total_tokens,
    phases: [{ cost_usd: cost, total_tokens: counts.total_tokens }],
  });

  const summaries = z.array(Tool).parse(await get(`/events/sessions/${id}/tools`));
  const sumOf = (field: 'call_count' | 'error_count') => summaries.reduce((sum, tool) => sum + tool[field], 0);
  expect([sumOf('call_count'), sumOf('error_count')]).toEqual([tools, failedTools]);
  expect(await get(`/observability/sessions/${id}/tools`)).toMatchObject({ total_executions: 2 * tools });
  const { lines } = z.object({ lines: z.array(Line) }).parse(await get(`/conversations/${id}`));
  expect(lines.map(({ parsed }) => parsed)).toEqual(messages);
}

/** The live stream holds the same figures, each event once. */
function expectFrames(frames: readonly Frame[], figures: Figures): void {
  const named = (event: string) => frames.filter((frame) => frame.event === event);
  const dataOf = (frame: Frame | undefined) => JSON.parse(frame?.data ?? '{}') as Record<string, unknown>;

  expect(new Set(frames.map(({ id }) => id)).size).toBeGreaterThan(1);
  expect(named('tool_execution_started')).toHaveLength(figures.tools);
  expect(named('tool_execution_completed')).toHaveLength(figures.tools);
  expect(named('subagent_started')).toHaveLength(figures.subagents);
  expect(named('subagent_stopped')).toHaveLength(figures.subagents);
  expect(dataOf(named('cost').at(-1))).toMatchObject({ total_cost_usd: figures.cost });
  expect(frames.at(-1)?.event).toBe(figures.status === 'failed' ? 'ExecutionFailed' : 'ExecutionCompleted');
}
