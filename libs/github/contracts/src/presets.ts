import { z } from 'zod';
import type { Condition, InputMapping } from './condition';

export const PresetName = z.enum(['self-healing', 'review-fix', 'comment-command']);
export type PresetName = z.infer<typeof PresetName>;

/** A rule that only needs a repository and a workflow. */
export type Preset = Readonly<{
  event: string;
  conditions: readonly Condition[];
  inputMapping: InputMapping;
  config: Readonly<{ maxAttempts: number; dailyLimit: number; debounceSeconds: number; cooldownSeconds: number }>;
}>;

/** Reviews and comments become prompts, so that only people who may change the repository can write them. */
const byMember = (field: string): Condition => ({
  field,
  operator: 'in',
  value: ['OWNER', 'MEMBER', 'COLLABORATOR'],
});

const repository = 'repository.full_name';

export const presets: Readonly<Record<PresetName, Preset>> = {
  'self-healing': {
    event: 'check_run.completed',
    conditions: [
      { field: 'check_run.conclusion', operator: 'eq', value: 'failure' },
      { field: 'check_run.pull_requests', operator: 'not_empty' },
    ],
    inputMapping: {
      repository,
      pr_number: 'check_run.pull_requests[0].number',
      branch: 'check_run.pull_requests[0].head.ref',
      check_name: 'check_run.name',
      check_output_title: 'check_run.output.title',
      check_output_summary: 'check_run.output.summary',
      check_html_url: 'check_run.html_url',
    },
    config: { maxAttempts: 3, dailyLimit: 20, debounceSeconds: 0, cooldownSeconds: 300 },
  },
  'review-fix': {
    event: 'pull_request_review.submitted',
    conditions: [
      { field: 'review.state', operator: 'in', value: ['changes_requested', 'commented'] },
      { field: 'pull_request.draft', operator: 'eq', value: false },
      byMember('review.author_association'),
    ],
    inputMapping: {
      repository,
      pr_number: 'pull_request.number',
      branch: 'pull_request.head.ref',
      review_body: 'review.body',
      reviewer: 'review.user.login',
      review_html_url: 'review.html_url',
    },
    config: { maxAttempts: 2, dailyLimit: 10, debounceSeconds: 60, cooldownSeconds: 600 },
  },
  'comment-command': {
    event: 'issue_comment.created',
    conditions: [
      { field: 'issue.pull_request', operator: 'not_empty' },
      { field: 'comment.body', operator: 'contains', value: '/syn' },
      byMember('comment.author_association'),
    ],
    inputMapping: {
      repository,
      pr_number: 'issue.number',
      pr_title: 'issue.title',
      comment_body: 'comment.body',
      comment_author: 'comment.user.login',
      comment_id: 'comment.id',
      comment_html_url: 'comment.html_url',
    },
    config: { maxAttempts: 5, dailyLimit: 30, debounceSeconds: 0, cooldownSeconds: 60 },
  },
};
