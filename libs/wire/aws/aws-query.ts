import { EbbError } from '../../core/errors.js';
import { type ErrorNames, type QueryError, QueryFault } from './error-names.js';

/** Deeper names than any operation of SNS, SQS or STS has. */
const MAX_DEPTH = 12;

/**
 * The parameters of one request of the AWS Query protocol. Dotted names spell a tree, with lists as
 * `Tags.member.1.Key` or `Attributes.entry.1.key`, or flattened as `Attribute.1.Name`.
 */
export class QueryInput {
  private value: string | undefined;
  private readonly children = new Map<string, QueryInput>();

  /** Raises `InvalidRequest` for names that are nested beyond sense. */
  static of(parameters: Iterable<readonly [string, string]>): QueryInput {
    const root = new QueryInput();
    for (const [name, value] of parameters) {
      const path = name.split('.', MAX_DEPTH + 1);
      if (path.length > MAX_DEPTH) throw new EbbError('InvalidRequest', 'A parameter name is nested too deeply.');
      let node = root;
      for (const part of path) node = node.childOrNew(part);
      node.value = value;
    }
    return root;
  }

  /** This node's own value: a list of plain texts has nodes with nothing else. */
  get ownText(): string | undefined {
    return this.value;
  }

  text(name: string): string | undefined {
    return this.children.get(name)?.value;
  }

  /** A structure; an empty one where there is none. */
  at(name: string): QueryInput {
    return this.children.get(name) ?? new QueryInput();
  }

  has(name: string): boolean {
    return this.children.has(name);
  }

  /** The names directly below this node. */
  names(): string[] {
    return [...this.children.keys()];
  }

  /** A list or the entries of a map, in the order of their numbers, flattened or not. */
  list(name: string): QueryInput[] {
    const node = this.at(name);
    const numbered = node.children.get('member') ?? node.children.get('entry') ?? node;
    return [...numbered.children]
      .filter(([number]) => /^\d{1,9}$/.test(number))
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, member]) => member);
  }

  /** A map of texts; `keyName` and `valueName` are what the service calls the two halves of an entry. */
  map(name: string, keyName = 'key', valueName = 'value'): Record<string, string> {
    return Object.fromEntries(this.list(name).map((entry) => [entry.text(keyName) ?? '', entry.text(valueName) ?? '']));
  }

  private childOrNew(name: string): QueryInput {
    let child = this.children.get(name);
    if (!child) this.children.set(name, (child = new QueryInput()));
    return child;
  }
}

/** What stands inside an element; an array repeats the element, `undefined` leaves it out. */
export type XmlContent = string | number | boolean | undefined | XmlTree | readonly XmlContent[];
export interface XmlTree {
  readonly [element: string]: XmlContent;
}

export function renderXml(tree: XmlTree): string {
  return Object.entries(tree)
    .map(([name, content]) => renderElement(name, content))
    .join('');
}

function renderElement(name: string, content: XmlContent): string {
  if (content === undefined) return '';
  if (Array.isArray(content)) return content.map((item: XmlContent) => renderElement(name, item)).join('');
  const inner = typeof content === 'object' ? renderXml(content as XmlTree) : escapeXml(String(content));
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A bare carriage return would come back as a line feed.
  '\r': '&#xD;',
};

function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => ESCAPES[character]!);
}

/** The answer to a call that succeeded; operations without a result answer with their request id alone. */
export function queryResponse(
  namespace: string,
  operation: string,
  result: XmlTree | undefined,
  requestId: string,
): string {
  const body = renderXml({ [`${operation}Result`]: result, ResponseMetadata: { RequestId: requestId } });
  return `<?xml version="1.0"?>\n<${operation}Response xmlns="${namespace}">${body}</${operation}Response>`;
}

export function queryErrorResponse(namespace: string, error: QueryError, requestId: string): string {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  const body = renderXml({ Error: { Type: type, Code: error.code, Message: error.message }, RequestId: requestId });
  return `<?xml version="1.0"?>\n<ErrorResponse xmlns="${namespace}">${body}</ErrorResponse>`;
}

/** What the service calls an error; what nobody foresaw is an internal failure without details. */
export function toQueryError(error: unknown, names: ErrorNames): QueryError {
  if (error instanceof QueryFault) return error;
  const known = error instanceof EbbError ? names[error.code] : undefined;
  if (!known) return { status: 500, code: 'InternalFailure', message: 'An internal error occurred.' };
  return { status: known.status, code: known.queryCode ?? known.type, message: (error as EbbError).message };
}
