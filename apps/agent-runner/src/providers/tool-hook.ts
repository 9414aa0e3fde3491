import type { Argument } from '../workspaces';

/** Longer than any pause: an agent lets the tool run when its hook takes longer. */
const TIMEOUT_SECONDS = 30 * 24 * 60 * 60;

const ROUTE = 'http://runner/hooks/pre-tool-use';

/** The same without curl. Exit code 2 refuses the tool. */
const ASK_BY_NODE = `
const { request } = require("node:http");
const refuse = (error) => { console.error(String(error)); process.exit(2); };
const asked = request("${ROUTE}", { socketPath: process.env.SYN_RUNNER_SOCKET, method: "POST", headers: { "content-type": "application/json" } }, (answer) => {
  if (answer.statusCode !== 200) refuse("the runner has answered with " + answer.statusCode);
  answer.pipe(process.stdout);
  answer.on("error", refuse);
});
asked.on("error", refuse);
process.stdin.pipe(asked);
`.replaceAll('\n', ' ');

const ASK_BY_CURL = `curl -sS --fail --no-buffer --unix-socket "$SYN_RUNNER_SOCKET" -H "content-type: application/json" --data-binary @- ${ROUTE}`;

/**
 * The command line that an agent runs before each tool, with the tool on its standard input: it asks the session socket, waits as long as the runner
 * holds the answer, and prints it. A question without an answer refuses the tool.
 */
const COMMAND = `if command -v curl >/dev/null 2>&1; then ${ASK_BY_CURL} || exit 2; else exec "$SYN_NODE" -e '${ASK_BY_NODE}'; fi`;

/** A hook that is asked before every tool, in the form of Claude Code's settings. */
export const TOOL_HOOK = {
  PreToolUse: [
    { matcher: '*', hooks: [{ type: 'command', command: COMMAND, timeout: TIMEOUT_SECONDS, onFailure: 'block' }] },
  ],
};

/** The variables of the hook's command. */
export const hookEnvironment = (socket: string): Readonly<Record<string, Argument>> => ({
  SYN_RUNNER_SOCKET: { hostFile: socket },
  SYN_NODE: { hostFile: process.execPath },
});
