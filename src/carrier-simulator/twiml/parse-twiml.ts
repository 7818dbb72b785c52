import { XMLParser, XMLValidator } from 'fast-xml-parser';
import {
  TwimlError,
  type Gather,
  type HttpMethod,
  type Prompt,
  type TwimlDocument,
  type Verb,
} from './document.js';
import { ELEMENTS } from './schema.js';

/** Documents longer than this are refused with 11750. */
const MAX_DOCUMENT_BYTES = 64 * 1024;

interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text inside, that of the children included, spaces collapsed. */
  readonly text: string;
}

type RawNode = Record<string, unknown>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  parseTagValue: false,
  trimValues: false,
  processEntities: true,
  htmlEntities: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/**
 * Parses an answer to a voice webhook. Stricter than Twilio, which only warns about what its schema does not
 * know: a misspelt attribute is a defect of the application and must not go by unseen.
 *
 * @throws TwimlError 12300 content type · 11750 longer than 64 kB · 12100 not XML · 12200 not in the schema
 */
export function parseTwiml(contentType: string, body: string): TwimlDocument {
  if (!/^(text|application)\/xml\s*(;|$)/i.test(contentType))
    throw new TwimlError(12300, `content type ${contentType === '' ? 'is missing' : contentType}`);
  if (Buffer.byteLength(body) > MAX_DOCUMENT_BYTES) throw new TwimlError(11750, 'document longer than 64 kB');
  const root = parseXml(body);
  if (root.name !== 'Response') throw new TwimlError(12100, `root element is ${root.name}, not Response`);
  checkSchema(root);
  return { verbs: root.children.map(verbOf) };
}

function parseXml(body: string): XmlElement {
  if (/<!DOCTYPE/i.test(body)) throw new TwimlError(12100, 'document type declarations are not allowed');
  const wellFormed = XMLValidator.validate(body);
  if (wellFormed !== true) throw new TwimlError(12100, wellFormed.err.msg);
  let nodes: RawNode[];
  try {
    nodes = parser.parse(body) as RawNode[];
  } catch (error) {
    throw new TwimlError(12100, error instanceof Error ? error.message : String(error));
  }
  const [root, ...others] = nodes.filter((node) => !('#text' in node)).map(elementOf);
  if (!root || others.length > 0) throw new TwimlError(12100, 'exactly one root element is needed');
  return root;
}

function elementOf(node: RawNode): XmlElement {
  const name = Object.keys(node).find((key) => key !== ':@') ?? '';
  const content = node[name] as RawNode[];
  const text = content
    .map((child) => ('#text' in child ? String(child['#text']) : elementOf(child).text))
    .join(' ');
  return {
    name,
    attributes: (node[':@'] ?? {}) as Record<string, string>,
    children: content.filter((child) => !('#text' in child)).map(elementOf),
    text: text.replace(/\s+/g, ' ').trim(),
  };
}

function checkSchema(element: XmlElement): void {
  const rule = ELEMENTS[element.name];
  if (!rule) throw new TwimlError(12200, `unknown element ${element.name}`);
  for (const [name, value] of Object.entries(element.attributes)) {
    const accepts = Object.hasOwn(rule.attributes, name) ? rule.attributes[name] : undefined;
    if (!accepts) throw new TwimlError(12200, `unknown attribute ${name} of ${element.name}`);
    if (!accepts(value)) throw new TwimlError(12200, `${element.name} ${name} cannot be "${value}"`);
  }
  for (const child of element.children) {
    if (!rule.children.includes(child.name))
      throw new TwimlError(12200, `${child.name} is not allowed in ${element.name}`);
    checkSchema(child);
  }
  const ownText = element.children.length === 0 ? element.text : '';
  if (rule.text === 'required' && ownText === '') throw new TwimlError(12200, `${element.name} is empty`);
  if (rule.text === 'forbidden' && strayText(element))
    throw new TwimlError(12200, `stray text in ${element.name}`);
}

function strayText(element: XmlElement): boolean {
  const ofChildren = element.children
    .map((child) => child.text)
    .filter((text) => text !== '')
    .join(' ');
  return element.text !== ofChildren;
}

function verbOf(element: XmlElement): Verb {
  switch (element.name) {
    case 'Gather':
      return gatherOf(element);
    case 'Redirect':
      return { verb: 'Redirect', url: element.text, method: methodOf(element) };
    case 'Hangup':
      return { verb: 'Hangup' };
    default:
      return promptOf(element);
  }
}

function promptOf({ name, attributes, text }: XmlElement): Prompt {
  const loop = Number(attributes['loop'] ?? 1);
  if (name === 'Pause') return { verb: 'Pause', seconds: Number(attributes['length'] ?? 1) };
  if (name === 'Play') return { verb: 'Play', url: text, loop };
  return { verb: 'Say', text, language: attributes['language'] ?? null, loop };
}

function gatherOf(element: XmlElement): Gather {
  const { attributes } = element;
  return {
    verb: 'Gather',
    prompts: element.children.map(promptOf),
    input: (attributes['input'] ?? 'dtmf').split(' ') as ('dtmf' | 'speech')[],
    action: attributes['action'] ?? null,
    method: methodOf(element),
    timeoutSeconds: Number(attributes['timeout'] ?? 5),
    numDigits: attributes['numDigits'] === undefined ? null : Number(attributes['numDigits']),
    finishOnKey: attributes['finishOnKey'] ?? '#',
    actionOnEmptyResult: attributes['actionOnEmptyResult'] === 'true',
    bargeIn: attributes['bargeIn'] !== 'false',
    language: attributes['language'] ?? null,
  };
}

function methodOf({ attributes }: XmlElement): HttpMethod {
  return attributes['method'] === 'GET' ? 'GET' : 'POST';
}
