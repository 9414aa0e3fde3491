import { parseWorkflowYaml } from '@syntropic/orchestration/contracts';
import { answerCalls } from '@syntropic/threads';

answerCalls(parseWorkflowYaml);
