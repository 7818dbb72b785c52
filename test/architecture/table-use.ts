import ts from 'typescript';
import { roomOf, type SourceFile, walk } from './sources.js';

/** Who writes which table; the migrations create no other. */
export const TABLES: Record<string, string> = {
  campaigns: 'campaign',
  surveys: 'survey',
  interviews: 'survey',
  answers: 'survey',
  contacts: 'contact',
  suppressions: 'contact',
  imports: 'contact',
  import_chunks: 'contact',
  import_errors: 'contact',
  settings: 'scheduler',
  call_attempts: 'telephony',
  call_events: 'telephony',
  dial_slots: 'telephony',
  carrier_circuits: 'telephony',
  outcome_totals: 'results',
  api_keys: 'access',
  idempotency_keys: 'access',
  domain_events: 'shared',
  event_sequence: 'shared',
  subscriber_cursors: 'shared',
  parked_events: 'shared',
  schema_migrations: 'shared',
};

const READERS = /^src\/(scheduler|results|operations)\/.*[.]queries[.]ts$/;
/** The log is what rooms have in common: a timeline or an audit reads it wherever it is shown. */
const LOG_READERS = /^src\/.*[.]queries[.]ts$/;

const WRITE =
  /\b(?:INSERT INTO|DELETE FROM(?: ONLY)?|TRUNCATE(?: TABLE)?|MERGE INTO|COPY|(?<!FOR (?:NO KEY )?)(?<!DO )UPDATE(?: ONLY)?)\s+"?([a-z_]+)"?/g;
/** A list after FROM is read to its end: `FROM a, b AS c`. */
const READ =
  /\b(?:FROM|JOIN|USING)\s+((?:LATERAL\s+)?"?[a-z_]+"?(?:\s+(?:AS\s+)?[a-z_]+)?(?:\s*,\s*"?[a-z_]+"?(?:\s+(?:AS\s+)?[a-z_]+)?)*)/g;

export interface Trespass {
  path: string;
  table: string;
  kind: 'write' | 'read';
}

/** Statements that write a table of another room (or one nobody owns), or read one outside the files meant for it. */
export function trespasses(files: SourceFile[]): Trespass[] {
  return files.flatMap(({ path, tree }) => {
    const room = roomOf(path);
    const found: Trespass[] = [];
    for (const text of literals(tree)) {
      const written = [...text.matchAll(WRITE)].map((match) => match[1]!);
      for (const table of written) {
        if (TABLES[table] !== room) found.push({ path, table, kind: 'write' });
      }
      for (const table of tablesRead(text)) {
        if (TABLES[table] !== undefined && !mayRead(path, room, table))
          found.push({ path, table, kind: 'read' });
      }
    }
    return found;
  });
}

function tablesRead(text: string): string[] {
  const withoutDeletes = text.replace(/DELETE FROM/g, 'DELETE');
  return [...withoutDeletes.matchAll(READ)].flatMap((match) =>
    match[1]!.split(',').map((item) =>
      item
        .trim()
        .replace(/^LATERAL\s+/, '')
        .split(/\s+/)[0]!
        .replaceAll('"', ''),
    ),
  );
}

function mayRead(path: string, room: string | undefined, table: string): boolean {
  const owner = TABLES[table];
  return owner === room || READERS.test(path) || (owner === 'shared' && LOG_READERS.test(path));
}

/** The texts of a file, comments left out; what is put into a template becomes `?`. */
function literals(tree: ts.SourceFile): string[] {
  const texts: string[] = [];
  walk(tree, (node) => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    else if (ts.isTemplateExpression(node)) {
      texts.push([node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join(' ? '));
    }
  });
  return texts;
}
