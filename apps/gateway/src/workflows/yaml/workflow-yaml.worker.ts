import { packageOf, parseWorkflowYaml } from '@syntropic/orchestration/contracts';
import { answerCalls } from '@syntropic/threads';
import type { ReadWorkflow, WriteWorkflow } from './workflow-yaml-thread';

answerCalls((call: ReadWorkflow | WriteWorkflow) =>
  'text' in call ? parseWorkflowYaml(call.text, call.from) : packageOf(call.id, call.definition, call.format),
);
