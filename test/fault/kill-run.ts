import { rmSync } from 'node:fs';
import { deployEndpoint, endpointNow } from '../support/asynchronous-endpoint.js';
import type { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';
import { canSeeProcesses, instanceProcesses } from '../support/live-processes.js';
import { NotificationInbox } from '../support/notification-inbox.js';
import { SeededRandom } from '../support/seeded-random.js';
import type { Settings } from '../support/standalone.js';
import { audit, readLedger, readResults } from './census.js';
import { Load } from './load.js';
import { MortalService } from './mortal-service.js';
import { NotificationQueue } from './notification-queue.js';
import { ENDPOINTS, storeInputs } from './plan.js';

/** How long after the last kill everything may take to come to rest. */
const REST_LIMIT_MS = 90_000;

/** What came of a run. */
export interface KillRun {
  /** Everything that is not as it must be; nothing, if all is well. */
  readonly wrong: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** What runs the instances: processes unless told. */
export interface KillStage {
  readonly settings?: Settings;
  /** What the echo image is called there. */
  readonly image?: string;
}

/**
 * Invokes without a break while the service is killed again and again at instants that the seed chooses; then lets it
 * come to rest, and counts.
 */
export async function killRun(kills: number, seed: number, stage: KillStage = {}): Promise<KillRun> {
  const random = new SeededRandom(seed);
  await using inbox = await NotificationInbox.listen();
  await using service = new MortalService(stage.settings);
  const queue = await prepare(await service.start(), inbox, stage.image);
  using load = new Load(random.fork(), service.clients);
  for (let kill = 0; kill < kills; kill++) await service.liveAndDie(random);
  await load.stop();

  const aws = await service.clients();
  await eventually('nothing is queued or running', () => isIdle(aws), REST_LIMIT_MS);
  // Whoever was not told by then is named by the audit.
  await eventually('everybody was told', () => wereTold(aws, load, inbox, queue), REST_LIMIT_MS).catch(() => undefined);
  const objects = await readResults(aws);
  const { code } = await service.stop();
  const invocations = await readLedger(service.dataDirectory);
  const receivers = { 'the HTTP receiver': inbox, 'the queue': queue };
  const wrong = audit({ load, invocations, objects, receivers });
  if (code !== 0) wrong.push(`SIGTERM ended the service with code ${code}`);
  wrong.push(...service.leftovers.map((what) => `left over from a killed run: ${what}`), ...strays(service));
  rmSync(service.dataDirectory, { recursive: true });
  const states = Map.groupBy(invocations, ({ state }) => state);
  return {
    wrong,
    counts: {
      kills,
      'before it was ready': service.killedStarting,
      'seen as 202': load.receipts.length,
      'never answered': load.unanswered,
      'on record': invocations.length,
      Completed: states.get('Completed')?.length ?? 0,
      Failed: states.get('Failed')?.length ?? 0,
      'run more than once': invocations.filter(({ attempt, brokenAttempts }) => attempt > brokenAttempts + 1).length,
      objects: objects.size,
      'told by HTTP': inbox.heard.size,
      'and repeated': [...inbox.heard.values()].filter(({ count }) => count > 1).length,
      'told by SQS': queue.heard.size,
    },
  };
}

async function prepare(aws: AwsClients, inbox: NotificationInbox, image?: string): Promise<NotificationQueue> {
  const [successTopic, errorTopic] = [await inbox.topic(aws, 'done'), await inbox.topic(aws, 'broken')];
  const queue = await NotificationQueue.create(aws, [successTopic, errorTopic]);
  for (const endpoint of ENDPOINTS) await deployEndpoint(aws, { ...endpoint, image, successTopic, errorTopic });
  await storeInputs(aws);
  return queue;
}

async function isIdle(aws: AwsClients): Promise<boolean> {
  for (const { name } of ENDPOINTS) {
    const { backlog } = await endpointNow(aws, name);
    if (backlog.queued + backlog.running > 0) return false;
  }
  return true;
}

async function wereTold(
  aws: AwsClients,
  load: Load,
  inbox: NotificationInbox,
  queue: NotificationQueue,
): Promise<boolean> {
  await queue.read(aws);
  return load.receipts.every(
    ({ plan: { inferenceId } }) => inbox.heard.has(inferenceId) && queue.heard.has(inferenceId),
  );
}

function strays({ dataDirectory }: MortalService): string[] {
  if (!canSeeProcesses) return [];
  return instanceProcesses(dataDirectory).map(({ pid }) => `instance ${pid} outlives the service`);
}
