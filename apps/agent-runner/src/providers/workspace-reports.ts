import { FORWARDER_URL } from './provider';

/** The longest time of a report, in seconds. Agents do not wait for it, and it may fail. */
const REPORT_SECONDS = 2;

const ROUTE = 'http://runner/hooks';

/** The same without curl. */
const REPORT_BY_NODE = `
const { request } = require("node:http");
const options = { socketPath: process.env.SYN_RUNNER_SOCKET, method: "POST", headers: { "content-type": "application/json" } };
const told = request("${ROUTE}", options, (answer) => answer.resume());
told.on("error", () => process.exit());
setTimeout(() => process.exit(), ${REPORT_SECONDS * 1_000}).unref();
process.stdin.pipe(told);
`.replaceAll('\n', ' ');

/** Posts standard input to the session socket. It prints nothing, because agents read what their hooks print, and never fails. */
const REPORT = `#!/bin/sh
{
  if command -v curl; then
    curl -s --max-time ${REPORT_SECONDS} --unix-socket "$SYN_RUNNER_SOCKET" -H "content-type: application/json" --data-binary @- ${ROUTE}
  elif [ -n "$SYN_NODE" ]; then
    "$SYN_NODE" -e '${REPORT_BY_NODE}'
  fi
} >/dev/null 2>&1
exit 0
`;

const REPORTER = '.runner/report';

/** Hooks for facts that the output of Claude Code lacks, and for the ends of tools: several sources tell these, and each is one row. */
const REPORTED_HOOKS = [
  'UserPromptSubmit',
  'PostToolUse',
  'PostToolUseFailure',
  'PermissionRequest',
  'Notification',
  'PreCompact',
  'Stop',
];

/** Hooks in the form of Claude Code's settings. The agent does not wait for them. */
export const REPORT_HOOKS = Object.fromEntries(
  REPORTED_HOOKS.map((name) => [
    name,
    [{ hooks: [{ type: 'command', command: `exec "$HOME/${REPORTER}"`, timeout: 2 * REPORT_SECONDS, async: true }] }],
  ]),
);

/** Hooks of git in a work tree. All of them are there, because a directory of hooks stands for that of the repository. */
const GIT_HOOKS = [
  ...['applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-commit', 'pre-merge-commit', 'prepare-commit-msg'],
  ...['commit-msg', 'post-commit', 'pre-rebase', 'post-checkout', 'post-merge', 'post-rewrite', 'pre-push'],
  ...['pre-auto-gc', 'reference-transaction', 'post-index-change', 'sendemail-validate', 'push-to-checkout'],
] as const;

/** Reports after commits, checkouts of branches, merges and rewrites, and before pushes; then it is the repository's own hook. */
const GIT_HOOK = `#!/bin/sh
name=\${0##*/}
text() { printf %s "$1" | head -c 1000 | tr -d '\\000-\\037' | sed 's/[\\\\"]/\\\\&/g'; }
report() {
  sha=$(git rev-parse HEAD)
  branch=$(git rev-parse --abbrev-ref HEAD)
  repo=$(basename "$(git rev-parse --show-toplevel)")
  printf '{"event_type":"%s","context":{"git":{"operation":"%s","sha":"%s","branch":"%s","repo":"%s"%s}}}' \\
    "$1" "$2" "$sha" "$(text "$branch")" "$(text "$repo")" "$3" | "$HOME/${REPORTER}"
}
committed() {
  counts=$(git show --shortstat --format= HEAD)
  count() { number=$(printf %s "$counts" | sed -n "s/.* \\([0-9][0-9]*\\) $1.*/\\1/p"); echo "\${number:-0}"; }
  printf ',"message":"%s","author":"%s","files_changed":%s,"insertions":%s,"deletions":%s' \\
    "$(text "$(git log -1 --format=%s)")" "$(text "$(git log -1 --format=%an)")" "$(count file)" "$(count insertion)" "$(count deletion)"
}
{
  case $name in
  post-commit) report git_commit commit "$(committed)" & ;;
  post-merge) report git_merge merge & ;;
  post-rewrite) report git_rewrite "$1" & ;;
  post-checkout) [ "$3" = 1 ] && report git_checkout checkout & ;;
  pre-push) report git_push push ",\\"remote\\":\\"$(text "$1")\\"" & ;;
  esac
} </dev/null >/dev/null 2>&1
own=\${GIT_DIR:-.git}
[ -f "$own/commondir" ] && own=$own/$(cat "$own/commondir")
[ -x "$own/hooks/$name" ] && exec "$own/hooks/$name" "$@"
exit 0
`;

const GIT_HOOKS_DIRECTORY = '.runner/git-hooks';

/** The programs in an agent's home that report, by their paths. */
export const REPORT_PROGRAMS: Readonly<Record<string, string>> = {
  [REPORTER]: REPORT,
  ...Object.fromEntries(GIT_HOOKS.map((name) => [`${GIT_HOOKS_DIRECTORY}/${name}`, GIT_HOOK])),
};

/** The author of commits, unless the agent names another, and the hooks, unless a repository has a directory of hooks. */
export const GIT_CONFIG = `[user]\n\tname = Agent\n\temail = agent@workspace.invalid\n[core]\n\thooksPath = ~/${GIT_HOOKS_DIRECTORY}\n`;

/**
 * Lets Claude Code export its logs and metrics to the session socket. What its model calls cost is told by the model gateway: of an
 * exporter it is kept and added to nothing. The socket is given up soon, so that an agent's end is not held up.
 */
export const OTLP_ENVIRONMENT = {
  CLAUDE_CODE_ENABLE_TELEMETRY: '1',
  OTEL_LOGS_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp',
  // The prompt is one fact by hook and exporter, so both tell its text.
  OTEL_LOG_USER_PROMPTS: '1',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_EXPORTER_OTLP_ENDPOINT: FORWARDER_URL,
  OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
  CLAUDE_CODE_OTEL_SHUTDOWN_TIMEOUT_MS: '1000',
} as const;
