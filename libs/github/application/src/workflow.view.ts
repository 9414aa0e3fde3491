import { view } from '@syntropic/kernel';
import { inputNames, workflowTemplate } from '@syntropic/orchestration/contracts';

/** A workflow as triggers see it: whether it may start, and the inputs that it takes. */
export type WorkflowView = Readonly<{ status: 'unknown' | 'active' | 'archived'; inputs: readonly string[] }>;

const initial: WorkflowView = { status: 'unknown', inputs: [] };

export const WorkflowView = view(workflowTemplate, {
  reader: 'github',
  initial,
  evolve: (workflow: WorkflowView, event): WorkflowView => {
    switch (event.type) {
      case 'WorkflowCreated':
        return { status: 'active', inputs: [...inputNames(event.data)] };
      case 'WorkflowPhaseUpdated':
        return workflow;
      case 'WorkflowArchived':
        return { ...workflow, status: 'archived' };
    }
  },
});
