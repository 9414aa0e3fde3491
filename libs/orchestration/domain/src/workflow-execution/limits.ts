import type { ExecutionCommands } from '@syntropic/orchestration/contracts';
import { followed, idsOf, type Decision } from './continuation';
import { phaseOfSession, started } from './refusals';
import { resumeExecution } from './user-requests';
import { isEnding, isLimited, isUnderway, type WorkflowExecution } from './workflow-execution';

/** Executions that meet the same limit resume within this share of the wait, so that they do not all call at once. */
const SPREAD = 0.1;
const SHORTEST_SPREAD_MS = 2_000;
const LONGEST_SPREAD_MS = 60_000;

/** Pauses the execution until the limit has reset. Nothing else that was requested is changed, nor a pause that holds. */
export function reportLimit(
  execution: WorkflowExecution,
  command: ExecutionCommands['ReportLimit'],
  now: number,
): Decision {
  const present = started(execution);
  phaseOfSession(present, command);
  if (present.status !== 'running' || present.requested || isEnding(present)) return [];

  const resetsAt = now + command.resetsInSeconds * 1_000;
  const reason = `${command.provider} refuses calls until ${new Date(resetsAt).toISOString()}`;
  const until = resumeTime(resetsAt, command);
  return followed(present, [
    { type: 'ExecutionPauseRequested', data: { ...idsOf(present), reason, why: 'limit', until } },
  ]);
}

/** Changes nothing when people have resumed or paused the execution meanwhile, or it has another limit. */
export function resumeAfterLimit(
  execution: WorkflowExecution,
  { until }: ExecutionCommands['ResumeAfterLimit'],
): Decision {
  if (!isUnderway(execution) || !isLimited(execution) || isEnding(execution)) return [];
  return execution.limitedUntil === until ? resumeExecution(execution) : [];
}

/** A while after the reset, which differs from execution to execution. */
function resumeTime(
  resetsAt: number,
  { executionId, resetsInSeconds }: Pick<ExecutionCommands['ReportLimit'], 'executionId' | 'resetsInSeconds'>,
): string {
  const spread = Math.min(Math.max(resetsInSeconds * 1_000 * SPREAD, SHORTEST_SPREAD_MS), LONGEST_SPREAD_MS);
  return new Date(resetsAt + Math.round(spread * shareOf(executionId))).toISOString();
}

/** From 0 to below 1: the random digits of the id as a fraction. */
const shareOf = (executionId: string): number => Number.parseInt(executionId.slice(-8), 16) / 2 ** 32;
