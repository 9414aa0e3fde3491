import { z } from 'zod';
import { pagesByNumber, pagesByOffset } from '../http/list-pages';
import { instant } from '../http/query-values';

const EXECUTION_STATUSES = ['running', 'paused', 'interrupted', 'completed', 'failed', 'cancelled'] as const;

export const ExecutionListQuery = z.object({
  status: z.enum([...EXECUTION_STATUSES, 'pending']).optional(),
  workflow_id: z.string().optional(),
  started_after: instant,
  started_before: instant,
  ...pagesByNumber(100, 50),
});

export const ActiveQuery = z.object(pagesByOffset(100, 20));

export const RunsQuery = z.object(pagesByOffset(1_000, 100));
