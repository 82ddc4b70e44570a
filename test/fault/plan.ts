import { PutObjectCommand } from '@aws-sdk/client-s3';
import { BUCKET } from '../support/asynchronous-endpoint.js';
import type { AwsClients } from '../support/aws-clients.js';
import { noise } from '../support/bodies.js';
import type { SeededRandom } from '../support/seeded-random.js';

/** The endpoints under load, and each one's share of it: none gets more than it can work off in the end. */
export const ENDPOINTS = [
  { name: 'wide', slots: 8, maximum: 2, share: 0.6 },
  { name: 'narrow', slots: 2, maximum: 2, share: 0.3 },
  { name: 'single', slots: 1, maximum: 1, share: 0.1 },
] as const;

const INPUTS = { word: 'word', page: text(5_000), book: text(200_000) } as const;
const LONGEST_RUN_MS = 100;

/** One request of the load, and all that may come of it however often the service is killed. */
export interface Plan {
  readonly inferenceId: string;
  readonly endpointName: string;
  readonly input: { readonly body: string } | { readonly location: string };
  readonly customAttributes: string;
  readonly state: 'Completed' | 'Failed';
  /** What lies at the output location, or at the failure location. */
  readonly result: string | RegExp;
}

/** The objects that plans name as their inputs. */
export async function storeInputs({ s3 }: AwsClients): Promise<void> {
  for (const [name, Body] of Object.entries(INPUTS)) {
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `in/${name}`, Body, ContentType: 'text/plain' }));
  }
}

/** Inline and stored inputs, good and bad models, all mixed. */
export function drawPlan(random: SeededRandom, inferenceId: string): Plan {
  const endpointName = drawEndpoint(random);
  const isInline = random.happens(0.5);
  const name = random.pick(['word', 'word', 'word', 'page', 'page', 'book'] as const);
  const body = `${inferenceId} says ${INPUTS.word}`;
  const input = isInline ? { body } : { location: locationOf(name) };
  const content = isInline ? body : INPUTS[name];
  const base = { inferenceId, endpointName, input };
  if (random.happens(0.7)) {
    const customAttributes = `delayMs=${random.integer(0, LONGEST_RUN_MS)}`;
    return { ...base, customAttributes, state: 'Completed', result: content };
  }
  return { ...base, state: 'Failed', ...random.pick(failures(content)) };
}

function drawEndpoint(random: SeededRandom): string {
  let left = random.next();
  return (ENDPOINTS.find(({ share }) => (left -= share) < 0) ?? ENDPOINTS[0]).name;
}

function failures(content: string): (Pick<Plan, 'customAttributes' | 'result'> & Partial<Plan>)[] {
  return [
    { customAttributes: 'status=500', result: content },
    { customAttributes: 'status=404', result: content },
    { customAttributes: 'reset', result: /^ClientError: .* 3 attempts at this request/ },
    { customAttributes: 'breakAfter=2', result: /^ClientError: .* could not load the entire response body/ },
    { customAttributes: 'headerBytes=5000', result: /^ClientError: .* headers with length greater than 4096 bytes/ },
    { customAttributes: '', input: { location: locationOf('nothing') }, result: /^ClientError: The input at / },
  ];
}

function locationOf(name: string): string {
  return `s3://${BUCKET}/in/${name}`;
}

function text(length: number): string {
  return noise(length).toString('base64').slice(0, length);
}
