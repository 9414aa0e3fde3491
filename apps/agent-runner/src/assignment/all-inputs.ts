import type { WorkOrder } from '@syntropic/orchestration/contracts';
import type { SessionCommands } from './session-commands';

/** The order with all files of earlier phases: those that had no room in it are fetched in pages. */
export async function withAllInputs(
  order: WorkOrder,
  commands: Pick<SessionCommands, 'listInputs'>,
): Promise<WorkOrder> {
  const earlier: WorkOrder['earlier'][number][] = [];
  for (const phase of order.earlier) {
    const artifacts = [...phase.artifacts];
    for (let { hasMore = false } = phase; hasMore;) {
      const page = await commands.listInputs(phase.phaseId, artifacts.length);
      artifacts.push(...page.artifacts);
      ({ hasMore } = page);
    }
    earlier.push({ ...phase, artifacts });
  }
  return { ...order, earlier };
}
