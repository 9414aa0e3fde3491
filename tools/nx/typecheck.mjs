// Type-checks one project by the workspace's settings: `node tools/nx/typecheck.mjs libs/platform/kernel`.
import { dirname } from 'node:path';
import ts from 'typescript';

const SETTINGS = 'tsconfig.json';

const { config } = ts.readConfigFile(SETTINGS, ts.sys.readFile);
const project = { ...config, include: [process.argv[2]] };
const { options, fileNames, errors } = ts.parseJsonConfigFileContent(project, ts.sys, dirname(SETTINGS));
const faults = [...errors, ...ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options))];
const host = { ...ts.sys, getCanonicalFileName: (name) => name, getNewLine: () => ts.sys.newLine };
host.getCurrentDirectory = () => process.cwd();
if (faults.length > 0) {
  console.error(ts.formatDiagnostics(faults, host));
  process.exitCode = 1;
}
