import type { Platform } from '@syntropic/e2e';
import type { Frame } from '@syntropic/stack';
import { z } from 'zod';

const Execution = z.looseObject({
  status: z.string(),
  error_message: z.string().nullable(),
  total_cost_usd: z.string().nullable(),
  cost_complete: z.boolean(),
  artifact_ids: z.array(z.string()),
  phases: z.array(z.looseObject({ session_id: z.string().nullable() })),
});

const Session = z.looseObject({ agent_model: z.string().nullable() });
const Artifact = z.looseObject({ title: z.string().nullable() });

/** Everything that the API tells about an execution that has ended. */
export type Outcome = Readonly<{
  execution: z.infer<typeof Execution>;
  sessionId: string | undefined;
  model: string | null;
  artifacts: readonly string[];
  frames: readonly Frame[];
}>;

/** Follows the execution's stream to its end. @throws when it has not ended within the time. */
export async function outcomeOf(platform: Platform, id: string, seconds: number): Promise<Outcome> {
  const frames = await framesUntilEnd(platform, id, seconds);
  const execution = Execution.parse((await platform.get(`/api/executions/${id}`)).body);
  const sessionId = execution.phases[0]?.session_id ?? undefined;
  return {
    execution,
    sessionId,
    model: sessionId === undefined ? null : await modelOf(platform, sessionId),
    artifacts: await Promise.all(execution.artifact_ids.map((artifact) => titleOf(platform, artifact))),
    frames,
  };
}

async function framesUntilEnd(platform: Platform, id: string, seconds: number): Promise<Frame[]> {
  const deadline = AbortSignal.timeout(seconds * 1_000);
  const frames: Frame[] = [];
  for await (const frame of platform.framesFromStart(id, deadline)) frames.push(frame);
  return frames;
}

const modelOf = async (platform: Platform, id: string) =>
  Session.parse((await platform.get(`/api/sessions/${id}`)).body).agent_model;

const titleOf = async (platform: Platform, id: string) =>
  Artifact.parse((await platform.get(`/api/artifacts/${id}`)).body).title ?? '';

/** The strings in the data of a frame, at any depth. */
export const textsIn = (frame: Frame): string[] => stringsIn(JSON.parse(frame.data));

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
