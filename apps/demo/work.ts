import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { BUCKET, type Deployment, ENDPOINT } from './deploy.js';
import type { Page } from './pages.js';
import type { InvocationNotification, Receiver } from './receiver.js';
import type { Screen } from './screen.js';

/** The time between two updates of the changing line. */
const LIVE_LINE_MS = 100;

/** One accepted invocation. */
export interface Submitted {
  readonly page: Page;
  readonly inferenceId: string;
  readonly outputLocation: string;
  readonly failureLocation: string;
}

/** The result of one invocation. */
export interface Outcome extends Submitted {
  readonly notification: InvocationNotification;
  /** The content of the object at the output or the failure location. */
  readonly content: string;
  readonly waitedMs: number;
  readonly ranMs: number;
}

/** Puts every page into the bucket and submits an invocation for it. */
export async function submitPages(deployment: Deployment, pages: Page[], screen: Screen): Promise<Submitted[]> {
  const { s3, runtime } = deployment;
  await Promise.all(
    pages.map(({ file, bytes, contentType }) =>
      s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `in/${file}`, Body: bytes, ContentType: contentType })),
    ),
  );
  const submitted = await Promise.all(
    pages.map(async (page) => {
      const accepted = await runtime.send(
        new InvokeEndpointAsyncCommand({
          EndpointName: ENDPOINT,
          InputLocation: `s3://${BUCKET}/in/${page.file}`,
          Accept: 'application/json',
        }),
      );
      return {
        page,
        inferenceId: accepted.InferenceId!,
        outputLocation: accepted.OutputLocation!,
        failureLocation: accepted.FailureLocation!,
      };
    }),
  );
  screen.say(`InvokeEndpointAsync: ${submitted.length} pages accepted\n`);
  return submitted;
}

/** Shows the progress until every invocation has been notified and the endpoint is at zero again. */
export async function watch(
  { deployment, receiver, screen }: { deployment: Deployment; receiver: Receiver; screen: Screen },
  submitted: Submitted[],
  signal: AbortSignal,
): Promise<Outcome[]> {
  const live = new AbortController();
  const showing = showLive(deployment, screen, AbortSignal.any([signal, live.signal]));
  const outcomes: Outcome[] = [];
  const known = new Map(submitted.map((one) => [one.inferenceId, one]));
  for await (const notification of notificationsOf(receiver, signal)) {
    const one = known.get(notification.inferenceId);
    // A notification may arrive twice; the second is dropped.
    if (!one || !known.delete(one.inferenceId)) continue;
    const outcome = await outcomeOf(deployment, one, notification);
    outcomes.push(outcome);
    screen.say(resultLine(outcome));
    if (known.size === 0) break;
  }
  await asleep(deployment, signal);
  live.abort();
  await showing;
  screen.settle();
  return outcomes;
}

/** Yields the notifications that have arrived, then the later ones. */
async function* notificationsOf(receiver: Receiver, signal: AbortSignal): AsyncGenerator<InvocationNotification> {
  const arrivals = receiver.arrivals(signal);
  // A copy: notifications that arrive meanwhile are among the arrivals.
  const earlier = receiver.notifications.slice();
  yield* earlier;
  for await (const [notification] of arrivals) yield notification!;
}

async function outcomeOf(
  { s3, url }: Deployment,
  submitted: Submitted,
  notification: InvocationNotification,
): Promise<Outcome> {
  const isCompleted = notification.invocationStatus === 'Completed';
  const location = new URL(isCompleted ? submitted.outputLocation : submitted.failureLocation);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: location.hostname, Key: location.pathname.slice(1) }));
  const status = (await json(`${url}/v1/invocations/${submitted.inferenceId}`)) as Record<string, string>;
  const at = (name: string): number => Date.parse(status[name]!);
  return {
    ...submitted,
    notification,
    content: await Body!.transformToString(),
    waitedMs: at('startedAt') - at('acceptedAt'),
    ranMs: at('settledAt') - at('startedAt'),
  };
}

function resultLine({ page, notification, content, ranMs }: Outcome): string {
  const isCompleted = notification.invocationStatus === 'Completed';
  const seconds = `${(ranMs / 1000).toFixed(1)} s`;
  return isCompleted
    ? `  read    ${page.file.padEnd(20)} ${seconds.padStart(6)}  “${firstWords(content)}”`
    : `  failed  ${page.file.padEnd(20)} ${seconds.padStart(6)}  ${(JSON.parse(content) as { error: string }).error}`;
}

/** Returns the first words of the recognised text. */
export function firstWords(content: string): string {
  const words = (JSON.parse(content) as { text: string }).text.split(/\s+/);
  const line = words.slice(0, 7).join(' ');
  return words.length > 7 ? `${line} …` : line;
}

interface EndpointStatus {
  readonly backlog: { readonly queued: number; readonly running: number };
  readonly instances: { readonly starting: number; readonly inService: number; readonly draining: number };
}

async function showLive({ url }: Deployment, screen: Screen, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      const { backlog, instances } = (await json(`${url}/v1/endpoints/${ENDPOINT}`)) as EndpointStatus;
      const draining = instances.draining > 0 ? `, ${instances.draining} draining` : '';
      screen.show(
        `  backlog ${backlog.queued} queued, ${backlog.running} running | ` +
          `instances ${instances.inService} in service, ${instances.starting} starting${draining}`,
      );
      await sleep(LIVE_LINE_MS, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function asleep({ url }: Deployment, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { instances } = (await json(`${url}/v1/endpoints/${ENDPOINT}`)) as EndpointStatus;
    if (instances.starting + instances.inService + instances.draining === 0) return;
    await sleep(LIVE_LINE_MS, undefined, { signal });
  }
}

async function json(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
