import { curlExample } from './curl-example.js';
import { escapeHtml, inlineHtml, pageHtml, proseHtml } from './html.js';
import type { Header, MediaTypes, OpenApiDocument, Operation, Parameter, Response } from './openapi-document.js';
import { kebab } from '../problem.js';
import { type Side, kindHtml, membersHtml, presenceHtml, rowHtml } from './schema-html.js';

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Returns the OpenAPI document as one page that reads from beginning to end. */
export function docsPage(document: OpenApiDocument): string {
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Entry => ({ method, path, operation })),
  );
  const chapters = document.tags
    .map(({ name, description }) => ({
      name,
      description,
      entries: entries.filter(({ operation }) => operation.tags.includes(name)),
    }))
    .filter((chapter) => chapter.entries.length > 0);
  const navigation = chapters.map(
    ({ name, entries: own }) =>
      `<h2>${name}</h2><ul>${own.map(({ operation }) => `<li>${linkTo(operation)}</li>`).join('')}</ul>`,
  );
  const content = chapters.map(
    ({ name, description, entries: own }) =>
      `<h2 id="${name.toLowerCase()}">${name}</h2>${proseHtml(description)}` +
      own.map((entry) => operationHtml(entry, document)).join('\n'),
  );
  return pageHtml(
    "Ebb's REST API",
    `<div class="layout"><nav><a href="#top"><strong>Ebb</strong></a>${navigation.join('\n')}` +
      `<h2>Documents</h2><ul><li><a href="#schemas">All of them</a></li></ul></nav>` +
      `<main id="top"><h1>Ebb’s REST API</h1>${proseHtml(document.info.description)}${HOW_TO_READ}` +
      `${content.join('\n')}${schemasHtml(document)}</main></div>`,
  );
}

const HOW_TO_READ =
  '<p>The same as a program reads it: <a href="/v1/openapi.json">openapi.json</a>. In the examples <code>$EBB</code> is ' +
  'this address and <code>$EBB_TOKEN</code> the token of an access key.</p>';

function linkTo({ operationId, summary }: Operation): string {
  return `<a href="#${operationId}">${inlineHtml(summary)}</a>`;
}

function operationHtml({ method, path, operation }: Entry, document: OpenApiDocument): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const inHead = parameters.filter((parameter) => parameter.in === 'header');
  const inAddress = parameters.filter((parameter) => parameter.in !== 'header');
  return `<section id="${operationId}">
<h3><a class="anchor" href="#${operationId}">${inlineHtml(summary)}</a></h3>
<span class="path"><span class="method ${method}">${method.toUpperCase()}</span>${escapeHtml(path)}</span>
${proseHtml(description)}
${parametersHtml('Parameters', inAddress)}
${parametersHtml('Headers', inHead)}
${requestBody ? bodyHtml(requestBody) : ''}
<h4>Answers</h4>
${Object.entries(responses).map(responseHtml).join('\n')}
<h4>Example</h4>
<pre><code>${escapeHtml(curlExample(method, path, operation, document.components.schemas))}</code></pre>
</section>`;
}

function bodyHtml({ content, description }: NonNullable<Operation['requestBody']>): string {
  return `<h4>Body</h4>${description ? proseHtml(description) : ''}${mediaHtml(content, 'asked')}`;
}

function parametersHtml(title: string, parameters: readonly Parameter[]): string {
  const rows = parameters.map(({ name, required, schema, description }) =>
    rowHtml(name, schema, presenceHtml(required, 'asked'), description),
  );
  return rows.length === 0 ? '' : `<h4>${title}</h4><table>${rows.join('\n')}</table>`;
}

/** Successful answers are open, refusals are folded. */
function responseHtml([status, { description, headers, content, links }]: [string, Response]): string {
  const isGood = status < '400';
  const own = Object.entries(headers).filter((entry): entry is [string, Header] => 'schema' in entry[1]);
  const title = isGood ? inlineHtml(description) : refusalTitle(description);
  return (
    `<details${isGood ? ' open' : ''}><summary><code>${status}</code>${title}</summary>` +
    (isGood ? '' : proseHtml(withLinks(description))) +
    (own.length > 0 ? `<table>${own.map(([name, header]) => headerRow(name, header)).join('')}</table>` : '') +
    (content ? mediaHtml(content, isGood ? 'answered' : undefined) : '') +
    (links ? `<p class="soft">Leads to ${linksHtml(links)}.</p>` : '') +
    '</details>'
  );
}

/** Returns the codes of a list such as `- `InvalidRequest`: …`. */
function refusalTitle(description: string): string {
  return [...description.matchAll(/^- (`\w+`)/gm)].map((match) => inlineHtml(match[1]!)).join(' ');
}

function withLinks(description: string): string {
  return description.replace(/^- `(\w+)`/gm, (_, code: string) => `- [\`${code}\`](/v1/errors/${kebab(code)})`);
}

function headerRow(name: string, { schema, required, description }: Header): string {
  return rowHtml(name, schema, presenceHtml(required === true, 'answered'), description);
}

function linksHtml(links: NonNullable<Response['links']>): string {
  return Object.values(links)
    .map(({ operationId }) => `<a href="#${operationId}">${operationId}</a>`)
    .join(', ');
}

/** Without a side, the members of documents are left out, because another part of the page explains them. */
function mediaHtml(content: MediaTypes, side: Side | undefined): string {
  return Object.entries(content)
    .map(([type, { schema, 'x-itemSchema': line }]) => {
      const document = line ?? schema;
      const members = document && side ? membersHtml(document, side) : '';
      const kind = line ? `lines, each ${kindHtml(line)}` : kindHtml(schema);
      return `<p><code>${escapeHtml(type)}</code> <span class="soft">${kind}</span></p>${members}`;
    })
    .join('\n');
}

function schemasHtml({ components: { schemas } }: OpenApiDocument): string {
  const sections = Object.entries(schemas).map(
    ([name, schema]) =>
      `<section id="schema-${name}"><h3><a class="anchor" href="#schema-${name}">${name}</a></h3>` +
      `${typeof schema['description'] === 'string' ? proseHtml(schema['description']) : ''}${membersHtml(schema, 'answered')}</section>`,
  );
  return `<h2 id="schemas">Documents</h2><p>What bodies and answers consist of.</p>${sections.join('\n')}`;
}
