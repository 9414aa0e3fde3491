import fc from 'fast-check';
import { renderPrompt, type PromptContext } from './prompt';

const context: PromptContext = {
  executionId: 'exec-0123456789ab',
  workflowId: 'review',
  repositories: ['https://github.com/acme/shop.git', 'https://github.com/acme/web'],
  inputs: { topic: 'speed', workflow_id: 'forged' },
  phaseOutputs: { plan: 'the plan' },
  task: 'Make it fast',
};

describe('a prompt', () => {
  it('names its execution, its workflow and its main repository', () => {
    expect(renderPrompt('{{execution_id}} {{workflow_id}} {{repo_url}} {{repository}}', context)).toBe(
      'exec-0123456789ab review https://github.com/acme/shop.git acme/shop',
    );
  });

  it('takes inputs, the output of earlier phases and the task', () => {
    expect(renderPrompt('{{topic}}: {{plan}}. $ARGUMENTS!', context)).toBe('speed: the plan. Make it fast!');
  });

  it('may have blanks in its placeholders', () => {
    expect(renderPrompt('{{ topic }}: {{  plan }} {{ repos }} {{\ttask }} {{ . }}', context)).toBe(
      'speed: the plan https://github.com/acme/shop.git,https://github.com/acme/web Make it fast {{ . }}',
    );
  });

  it('keeps unknown placeholders, and leaves an absent task empty', () => {
    const taskless = { ...context, task: undefined };
    expect(renderPrompt('{{unknown}} {{toString}} [$ARGUMENTS]', taskless)).toBe('{{unknown}} {{toString}} []');
  });

  it('takes 2,000 characters of a phase, none of them halved', () => {
    const rendered = renderPrompt('{{plan}}', { ...context, phaseOutputs: { plan: '🙂'.repeat(3_000) } });
    expect(rendered).toBe('🙂'.repeat(2_000));
  });

  it('does not expand placeholders in inserted text', () => {
    const names = ['execution_id', 'repo_url', 'topic', 'plan', 'other'];
    const text = fc.array(
      fc.oneof(
        fc.constantFrom(...names.map((name) => `{{${name}}}`), '$ARGUMENTS', '{{', '}}', '$&', '$1'),
        fc.string(),
      ),
    );
    const joined = text.map((parts) => parts.join(''));

    fc.assert(
      fc.property(joined, joined, joined, (topic, plan, task) => {
        const values = { ...context, inputs: { topic }, phaseOutputs: { plan }, task };
        expect(renderPrompt('a{{topic}}b{{plan}}c$ARGUMENTSd', values)).toBe(
          `a${topic}b${Array.from(plan).slice(0, 2_000).join('')}c${task}d`,
        );
      }),
    );
  });
});
