/** What the spoken text tells the person to press. */
export type Instructions =
  | { readonly kind: 'choices'; readonly keys: readonly string[] }
  | { readonly kind: 'range'; readonly min: number; readonly max: number }
  | { readonly kind: 'none' };

const WORDS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'zero one two three four five six seven eight nine ten',
    'zero uno due tre quattro cinque sei sette otto nove dieci',
  ].flatMap((line) => line.split(' ').map((word, value) => [word, String(value)])),
);

const VERB = String.raw`\b(?:press|enter|type|dial|key in|punch|prem[aei]|premere|digit[ai]|digitare|inserisc[ai]|inserire)\b`;
const INSTRUCTION = new RegExp(VERB, 'i');
const RANGE = /\b(?:from|between|da|dal|tra|fra)\s+(\d+)\s+(?:to|and|a|al|e)\s+(\d+)\b/i;

/** A clause about repeating the prompt, ending the input or never being called again answers no question. */
const NOT_AN_ANSWER =
  /[*#]|\b(?:star|asterisk|pound|hash|asterisco|cancelletto|repeat|replay|ripet\w*|riascolt\w*|risentir\w*)\b|\b(?:hear|listen|call(?:ed)?|contact(?:ed)?)\b.*\bagain\b|\bnever (?:be |to be |want to be )?(?:call|contact)\w*|\bdo not call\b|\bmai più|\bnon vuole più|\bnon (?:essere|desidera essere|vuole essere) (?:più )?(?:chiamat|contattat|richiamat)\w*/i;

/**
 * Understands key instructions in English and Italian, whatever the survey: "Press 1 for yes, 2 for no",
 * "enter a number from 0 to 99", "prema 1 per sì, 2 per no", "digiti un numero da 1 a 5".
 *
 * @param maxDigits digits that the gather takes, null if any number
 */
export function readInstructions(text: string, maxDigits: number | null): Instructions {
  const digits = wordsToDigits(text);
  const sentences = digits.split(/(?<=[.!?;:])\s+/).filter((sentence) => INSTRUCTION.test(sentence));
  const fits = (key: string) => maxDigits === null || key.length <= maxDigits;
  const choices = [...new Set(sentences.flatMap(keysOf))].filter(fits);
  if (choices.length > 0) return { kind: 'choices', keys: choices };
  const range = RANGE.exec(sentences.join(' ')) ?? RANGE.exec(digits);
  if (!range) return { kind: 'none' };
  const [min, max] = [Number(range[1]), Number(range[2])];
  return { kind: 'range', min: Math.min(min, max), max: Math.max(min, max) };
}

/** "one" is a key only where a key or a bound stands: "one of us" elsewhere stays as it is. */
function wordsToDigits(text: string): string {
  const word = `(${Object.keys(WORDS).join('|')})`;
  const afterVerb = new RegExp(String.raw`(${VERB}\s+)${word}\b`, 'gi');
  const beforePurpose = new RegExp(String.raw`\b${word}(?=\s+(?:for|if|per|se)\b)`, 'gi');
  const range = new RegExp(
    String.raw`\b(from|between|da|tra|fra)\s+${word}\s+(to|and|a|e)\s+${word}\b`,
    'gi',
  );
  const digit = (name: string) => WORDS[name.toLowerCase()] ?? name;
  return text
    .replace(afterVerb, (_, verb: string, name: string) => verb + digit(name))
    .replace(beforePurpose, digit)
    .replace(
      range,
      (_, from: string, min: string, to: string, max: string) => `${from} ${digit(min)} ${to} ${digit(max)}`,
    );
}

/**
 * The keys of one instruction sentence. Each clause gives the number behind its verb ("press 1 for 18 to 34"),
 * else the one it opens with ("2 for 35 to 54"), else the one it ends with ("per no 2").
 */
function keysOf(sentence: string): string[] {
  const keys: string[] = [];
  let dropNext = false;
  if (!hasChoice(sentence)) return keys;
  const labelled = /\d\s+(?:for|if|to|per|se)\b/i.test(sentence);
  for (const clause of sentence.split(/[,;]|\b(?:or|and|oppure|o|e)\b/i)) {
    const key = keyOf(clause, labelled);
    if (NOT_AN_ANSWER.test(clause)) {
      // "To hear this again, press 0": the purpose stands one clause before its key.
      dropNext = key === null && /^\s*(?:to|for|if|per|se)\b/i.test(clause);
      continue;
    }
    if (key !== null && !dropNext) keys.push(key);
    if (key !== null) dropNext = false;
  }
  return keys;
}

function hasChoice(sentence: string): boolean {
  const bare = sentence.replace(RANGE, ' ');
  const behindVerb = new RegExp(
    String.raw`${VERB}\s+(?:the\s+|il\s+|lo\s+)?(?:key\s+|number\s+|tasto\s+|numero\s+)?\d`,
    'i',
  );
  return behindVerb.test(bare) || (!RANGE.test(sentence) && /\d/.test(bare));
}

/** @param labelled the sentence says what its keys stand for: a bare number is then part of a label ("2 for 3 or 4") */
function keyOf(clause: string, labelled: boolean): string | null {
  const behindVerb = new RegExp(String.raw`${VERB}\D{0,12}?(\d+)\b`, 'i').exec(clause);
  const opening = /^\s*(\d+)\s+(?:for|if|to|per|se)\b/i.exec(clause);
  const closing = /^\s*(?:for|if|to|per|se)\b.*\b(\d+)\s*[.!?]?\s*$/i.exec(clause);
  const bare = labelled ? null : /^\s*(\d+)\s*[.!?]?\s*$/.exec(clause);
  return (behindVerb ?? opening ?? closing ?? bare)?.[1] ?? null;
}
