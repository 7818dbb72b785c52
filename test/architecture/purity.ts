import ts from 'typescript';
import { type SourceFile, walk } from './sources.js';

export interface Impurity {
  path: string;
  what: string;
}

/** Called or read as `<object>.<member>`. */
const MEMBERS = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'process.hrtime',
  'process.env',
  'DateTime.now',
  'DateTime.local',
  'DateTime.utc',
  'crypto.randomUUID',
]);
const IDENTIFIERS = new Set([
  'randomUUID',
  'randomBytes',
  'randomInt',
  'getRandomValues',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
]);
/** Members of any object whose answer depends on the zone or the language of the machine. */
const LOCAL =
  /^((get|set)(Hours|Minutes|Seconds|Milliseconds|Day|Date|Month|FullYear)|getTimezoneOffset|toLocale(Date|Time)?String|toDateString|toTimeString)$/;

/** Clocks, chance, timers and the machine's own zone in domain folders. */
export function impurities(files: SourceFile[]): Impurity[] {
  return files
    .filter(({ path }) => /^src\/[^/]+\/domain\//.test(path))
    .flatMap(({ path, tree }) => impuritiesOf(tree).map((what) => ({ path, what })));
}

function impuritiesOf(tree: ts.SourceFile): string[] {
  const found: string[] = [];
  walk(tree, (node) => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
      if ((node.arguments?.length ?? 0) === 0) found.push('new Date()');
      // Several numbers are a local time of the machine's zone.
      if ((node.arguments?.length ?? 0) > 1) found.push('new Date(year, month, …)');
    } else if (ts.isCallExpression(node) && node.expression.getText() === 'Date') {
      found.push('Date()');
    } else if (ts.isPropertyAccessExpression(node)) {
      const name = `${node.expression.getText()}.${node.name.text}`;
      if (MEMBERS.has(name)) found.push(name);
      else if (comparesByMachineLanguage(node)) found.push('localeCompare');
      else if (LOCAL.test(node.name.text)) found.push(node.name.text);
    } else if (
      ts.isIdentifier(node) &&
      IDENTIFIERS.has(node.text) &&
      !ts.isPropertyAccessExpression(node.parent)
    ) {
      found.push(node.text);
    }
  });
  return found;
}

/** `localeCompare` without naming a language. */
function comparesByMachineLanguage(node: ts.PropertyAccessExpression): boolean {
  if (node.name.text !== 'localeCompare') return false;
  return !ts.isCallExpression(node.parent) || node.parent.arguments.length < 2;
}

/** Files that tie modules into a knot. */
export function forwardReferences(files: SourceFile[]): string[] {
  return files
    .filter(({ tree }) => {
      let found = false;
      walk(tree, (node) => (found ||= ts.isIdentifier(node) && node.text === 'forwardRef'));
      return found;
    })
    .map(({ path }) => path);
}
