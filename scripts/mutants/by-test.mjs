import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutConfiguration } from '../lib/environment.mjs';
import { packageBinary } from '../lib/package-binary.mjs';
import { captureNode } from '../lib/processes.mjs';
import { projectRoot } from '../lib/project.mjs';
import { mutated } from './edits.mjs';

/** What a test may read of the project. */
const COPIED = ['src', 'test', 'migrations', 'simulation', 'scripts', 'examples', 'docs'];
const COPIED_FILES = [
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'vitest.config.ts',
  'ormconfig.ts',
  '.env.example',
];

/**
 * Runs one test in a copy of the project with the mutant in it; without it the test must pass.
 *
 * @param {import('./list.mjs').Mutant} mutant
 * @param {{ folder: string, adminUrl: string, test: string, name: string }} run
 * @returns {Promise<import('./mutants-command.mjs').Verdict>}
 */
export async function runTest(mutant, { folder, adminUrl, test, name }) {
  const files = mutated(mutant);
  mkdirSync(folder, { recursive: true });
  for (const part of COPIED) cpSync(join(projectRoot, part), join(folder, part), { recursive: true });
  for (const file of COPIED_FILES) cpSync(join(projectRoot, file), join(folder, file));
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  const unharmed = await vitest(folder, { adminUrl, test, name });
  if (unharmed.failed > 0 || unharmed.passed === 0)
    return { caught: false, where: test, how: `without the mutant: ${unharmed.first || 'no such test'}` };
  for (const [file, source] of files) writeFileSync(join(folder, file), source);
  const harmed = await vitest(folder, { adminUrl, test, name });
  // A file that cannot even be loaded has no test that failed.
  if (harmed.failed > 0) return { caught: true, where: test, how: harmed.first };
  return { caught: false, where: test, how: harmed.passed > 0 ? 'passes all the same' : harmed.first };
}

/**
 * @param {string} folder
 * @param {{ adminUrl: string, test: string, name: string }} run
 * @returns {Promise<{ passed: number, failed: number, first: string }>} `first`: the test that failed first, and why
 */
async function vitest(folder, { adminUrl, test, name }) {
  const results = join(folder, 'results.json');
  const { output } = await captureNode(
    [
      packageBinary('vitest'),
      'run',
      '--root',
      folder,
      '--project',
      test.endsWith('.spec.ts') ? 'unit' : 'integration',
      '--reporter=json',
      `--outputFile=${results}`,
      '-t',
      name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
      test,
    ],
    { env: { ...withoutConfiguration(process.env), NODE_ENV: 'test', TEST_DATABASE_ADMIN_URL: adminUrl } },
  );
  if (!existsSync(results)) return { passed: 0, failed: 0, first: output.trim().split('\n').at(-1) ?? '' };
  /** @type {{ numPassedTests: number, numFailedTests: number, testResults: { message: string, assertionResults: { status: string, title: string, failureMessages: string[] }[] }[] }} */
  const report = JSON.parse(readFileSync(results, 'utf8'));
  const failed = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  const reason =
    failed?.failureMessages[0] ?? report.testResults.find(({ message }) => message)?.message ?? '';
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    first: [failed?.title, reason.split('\n')[0]].filter(Boolean).join(': '),
  };
}
