import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { LauncherError, projectRoot } from '../lib/project.mjs';

/**
 * The files of a mutant as they become, by their path in the project. What is to be found must be there exactly once: code
 * that has moved on takes its mutants along, or the run fails.
 *
 * @param {import('./list.mjs').Mutant} mutant
 * @returns {Map<string, string>}
 */
export function mutated({ name, edits }) {
  /** @type {Map<string, string>} */
  const files = new Map();
  for (const { file, find, replace } of edits) {
    const source = files.get(file) ?? readFileSync(join(projectRoot, file), 'utf8');
    const found = source.split(find).length - 1;
    if (found !== 1)
      throw new LauncherError(`mutant ${name}: in ${file} there are ${found} places, not one, with\n${find}`);
    files.set(
      file,
      source.replace(find, () => replace),
    );
  }
  return files;
}

/** @type {import('typescript').CompilerOptions | undefined} */
let buildOptions;

/** What the build is told, but for the kind of module: the package's type is not looked up for a single file. */
function optionsOfBuild() {
  if (buildOptions !== undefined) return buildOptions;
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} };
  const file = join(projectRoot, 'tsconfig.build.json');
  const read = ts.getParsedCommandLineOfConfigFile(file, {}, host);
  if (read === undefined || read.errors.length > 0)
    throw new LauncherError('tsconfig.build.json cannot be read.');
  buildOptions = {
    ...read.options,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    sourceMap: false,
  };
  return buildOptions;
}

/**
 * One file as the build compiles it, without types: a mutant may break them.
 *
 * @param {string} file
 * @param {string} source
 * @returns {string}
 */
export function compiled(file, source) {
  const { outputText, diagnostics = [] } = ts.transpileModule(source, {
    compilerOptions: optionsOfBuild(),
    fileName: join(projectRoot, file),
    reportDiagnostics: true,
  });
  if (diagnostics.length > 0)
    throw new LauncherError(
      `a mutant of ${file} is no TypeScript: ${ts.flattenDiagnosticMessageText(diagnostics[0]?.messageText, ' ')}`,
    );
  return outputText;
}
