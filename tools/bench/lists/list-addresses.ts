/** The address of a page at a share of the items of a list, when so many items are stored. */
type AddressOf = (share: number, stored: number) => string;

const PAGE = 50;
const behind = (share: number, items: number): number => Math.floor(share * Math.max(0, items - PAGE));
const numbered = (share: number, items: number): number => 1 + Math.floor(share * Math.max(0, items / PAGE - 1));

/** Pages by offset, of a list that has this part of the stored items. */
const byOffset =
  (path: string, part = 1): AddressOf =>
  (share, stored) =>
    `/api${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}&offset=${behind(share, part * stored)}`;

const byNumber =
  (path: string, part = 1): AddressOf =>
  (share, stored) =>
    `/api${path}${path.includes('?') ? '&' : '?'}page_size=${PAGE}&page=${numbered(share, part * stored)}`;

const ORGANIZATION = 'org-00000003';
const SYSTEM = 'sys-00000003';

const sorted = (path: string, columns: readonly string[]): readonly string[] =>
  columns.flatMap((column) => [`${path}order_by=${column}`, `${path}order_by=-${column}`]);

/** Lists with their filters and orders, each with the part of the stored items that it has. */
export const LISTS: readonly (readonly [path: string, address: AddressOf])[] = [
  ...[
    ['/executions', 1],
    ['/executions?status=completed', 0.6],
    ['/executions?status=failed', 0.2],
    ...sorted('/workflows?', ['created_at', 'name', 'runs_count', 'phase_count', 'workflow_type']).map(
      (path) => [path, 0.9] as const,
    ),
    ['/workflows?include_archived=true', 1],
    ['/workflows?workflow_type=custom', 0.4],
    ['/executions/exec-000000000001/messages', 1],
  ].map(([path, part]) => [String(path), byNumber(String(path), Number(part))] as const),
  ...[
    ['/workflows/workflow-7/runs', 0.05],
    ['/workflows/workflow-7/history', 0.05],
    ['/workflows/executions/active', 0],
    ['/sessions', 1],
    ['/sessions?statuses=completed,failed', 0.8],
    ['/sessions?statuses=completed,cancelled', 1],
    ['/sessions?workflow_id=workflow-7', 0.05],
    ['/sessions?workflow_id=workflow-7&status=completed', 0.05],
    ['/sessions?execution_id=exec-000000000001', 0],
    ['/costs/sessions', 1],
    ['/costs/sessions?workflow_id=workflow-7', 0.05],
    ['/costs/executions', 1],
    ['/costs/executions?workflow_id=workflow-7', 0.05],
    ['/artifacts', 1],
    ['/artifacts?workflow_id=workflow-7', 0.05],
    ['/artifacts?phase_id=plan', 1],
    ['/artifacts?artifact_type=code', 0.5],
    ['/artifacts?execution_id=exec-000000000001', 0],
    ...sorted('/organizations?', ['created_at', 'name']).map((path) => [path, 1] as const),
    ...sorted('/systems?', ['created_at', 'name']).map((path) => [path, 1] as const),
    ...sorted(`/systems?organization_id=${ORGANIZATION}&`, ['created_at', 'name']).map((path) => [path, 0.05] as const),
    ...sorted('/repos?', ['created_at', 'full_name']).map((path) => [path, 1] as const),
    ...sorted(`/repos?organization_id=${ORGANIZATION}&`, ['full_name']).map((path) => [path, 0.05] as const),
    ...sorted(`/repos?system_id=${SYSTEM}&`, ['full_name']).map((path) => [path, 0.05] as const),
    ['/triggers', 0.66],
    ['/triggers?status=paused', 0.33],
    ['/triggers?event=pull_request', 0.33],
    ['/triggers?repository=acme/r7', 0.03],
    ['/triggers?workflow_id=workflow-7', 0.03],
    ['/triggers/history', 1],
    ['/triggers/tr-00000003/history', 0.05],
    ['/repos/repo-00000001/activity', 1],
    ['/repos/repo-00000001/failures', 0.2],
    ['/repos/repo-00000001/sessions', 1],
  ].map(([path, part]) => [String(path), byOffset(String(path), Number(part))] as const),
  ['/sessions of a time', (share, stored) => `/api/sessions?started_before=${at(share * stored)}`],
  ['/costs/executions of a time', (share, stored) => `/api/costs/executions?started_before=${at(share * stored)}`],
  ['/audit of a time', (share, stored) => `/api/audit?to=${at(share * stored)}`],
  ['/audit of a caller', (share) => `/api/audit?actor=user:person-${Math.floor(share * 20)}`],
];

const at = (secondsAgo: number): string => new Date(Date.now() - secondsAgo * 1_000).toISOString();
