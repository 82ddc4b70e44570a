/** The content of an element. An array repeats the element; `undefined` leaves it out. */
export type XmlContent = string | number | boolean | undefined | XmlTree | readonly XmlContent[];

/** The content of elements, by their names. */
export interface XmlTree {
  readonly [element: string]: XmlContent;
}

/** Returns the response to a successful call. An operation without a result has only its request id. */
export function queryResponse(
  namespace: string,
  operation: string,
  result: XmlTree | undefined,
  requestId: string,
): string {
  const body = renderXml({ [`${operation}Result`]: result, ResponseMetadata: { RequestId: requestId } });
  return `<?xml version="1.0"?>\n<${operation}Response xmlns="${namespace}">${body}</${operation}Response>`;
}

/** Writes the elements of a tree, escaped, in the order of its members. */
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
  // A reader would turn a bare carriage return into a line feed.
  '\r': '&#xD;',
};

function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => ESCAPES[character]!);
}
