import type { EndpointDocument, VariantDocument } from '../client/documents.js';
import { Failure } from '../outcome/failure.js';
import { age } from '../format/quantities.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';

/** So many of the last decisions are told. */
const DECISIONS = 5;

/** `ebb why`. */
export function whyCommand(acts: Acts) {
  return taught({
    name: 'why',
    summary: 'say in plain words why something waits, or why there are so many instances',
    description:
      'Of an invocation: why it waits, what it is at, or how it ended. Of an endpoint: why it has as many instances as ' +
      'it has, and what was decided last.',
    examples: [
      ['ebb why 0f3c…', 'why this invocation is not done yet'],
      ['ebb why ocr', 'why this endpoint has as many instances as it has'],
      ['ebb why ocr --json', 'the same, with the inputs of each decision'],
    ],
    exits: { notFound: 'there is neither an endpoint nor an invocation of this name' },
  })
    .argument('<endpoint|id>', 'an endpoint, or an invocation')
    .action(acts(why));
}

async function why({ client, terminal }: Session, _options: object, subject: string): Promise<void> {
  const endpoint = await client.endpoint(subject).catch(unlessNotFound);
  if (endpoint) {
    if (terminal.isJson) terminal.document(endpoint);
    else terminal.lines(endpointWhy(endpoint, Date.now()));
    return;
  }
  const invocation = await client.invocation(subject).catch(unlessNotFound);
  if (!invocation) {
    throw new Failure('notFound', `There is neither an endpoint nor an invocation '${subject}'.`, {
      advice: '`ebb endpoints` and `ebb ls` list what there is.',
    });
  }
  if (terminal.isJson) terminal.document(invocation);
  else terminal.lines([invocation.why]);
}

function unlessNotFound(error: unknown): undefined {
  if (error instanceof Failure && error.exit === 'notFound') return undefined;
  throw error;
}

function endpointWhy({ name, status, variants, why: sentence }: EndpointDocument, now: number): string[] {
  return [`${name} is ${status}. ${sentence}`, ...variants.flatMap((variant) => variantWhy(variant, sentence, now))];
}

function variantWhy({ decisions, name, why: sentence }: VariantDocument, known: string, now: number): string[] {
  const told = decisions.slice(0, DECISIONS);
  return [
    // The only variant gives the same reason as its endpoint.
    ...(sentence === known ? [] : [`Variant ${name}: ${sentence}`]),
    ...(told.length > 0 ? [`  Decided last for ${name}:`] : []),
    ...told.map(({ at, cause, from, to }) => `    ${age(at, now)} ago, ${from} -> ${to}: ${cause}`),
  ];
}
