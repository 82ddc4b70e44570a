import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { type Invocation, isSettled } from '../../libs/core/invocation/invocation.js';
import { openSqliteLedger } from '../../libs/drivers/ledger/open-sqlite.js';
import { BUCKET } from '../support/asynchronous-endpoint.js';
import type { AwsClients } from '../support/aws-clients.js';
import type { HeardNotifications, InvocationNotification } from '../support/heard-notifications.js';
import type { Load } from './load.js';
import type { Plan } from './plan.js';

const PAGE = 1_000;
const READERS = 16;

/** Everything that can be known after the last kill. */
export interface Evidence {
  readonly load: Load;
  /** The record of every invocation. */
  readonly invocations: readonly Invocation[];
  /** Every output and failure object, by its `s3://` address. */
  readonly objects: ReadonlyMap<string, string>;
  /** What each receiver was told. */
  readonly receivers: Readonly<Record<string, HeardNotifications>>;
}

/** What is wrong, a line each: something missing, something twice, something that nobody asked for. */
export function audit(evidence: Evidence): string[] {
  const { load, invocations, objects, receivers } = evidence;
  const byInferenceId = Map.groupBy(invocations, ({ inferenceId }) => inferenceId);
  const wrong = [...load.refusals];
  for (const { plan, outputLocation, failureLocation } of load.receipts) {
    const records = byInferenceId.get(plan.inferenceId) ?? [];
    if (records.length !== 1) wrong.push(`${plan.inferenceId} was answered 202 and has ${records.length} records`);
    const hasMoved = (record: Invocation): boolean =>
      record.outputLocation !== outputLocation || record.failureLocation !== failureLocation;
    if (records.some(hasMoved)) wrong.push(`${plan.inferenceId} goes elsewhere than its 202 said`);
  }
  for (const invocation of invocations) {
    const plan = load.plans.get(invocation.inferenceId);
    if (plan) wrong.push(...judge(invocation, plan, evidence).map((what) => `${plan.inferenceId} ${what}`));
    else wrong.push(`nobody asked for ${invocation.inferenceId}`);
  }
  if (objects.size !== invocations.length) wrong.push(`${invocations.length} invocations left ${objects.size} objects`);
  for (const [receiver, { heard }] of Object.entries(receivers)) {
    for (const id of heard.keys())
      if (!byInferenceId.has(id)) wrong.push(`${receiver} was told of ${id}, not on record`);
  }
  return wrong;
}

function judge(invocation: Invocation, plan: Plan, { objects, receivers }: Evidence): string[] {
  const { state, outputLocation, failureLocation } = invocation;
  if (!isSettled(state)) return [`is still ${state}`];
  if (state !== plan.state) return [`should be ${plan.state} and is ${state}: ${invocation.failureReason}`];
  const [here, notHere] =
    state === 'Completed' ? [outputLocation, failureLocation!] : [failureLocation!, outputLocation];
  const wrong: string[] = [];
  const result = objects.get(here);
  if (result === undefined) wrong.push(`is ${state} and there is nothing at ${here}`);
  else if (!isAsPlanned(result, plan.result)) wrong.push(`left something else: ${result.slice(0, 200)}`);
  if (objects.has(notHere)) wrong.push(`is ${state} and left something at ${notHere} too`);
  for (const [receiver, told] of Object.entries(receivers)) {
    wrong.push(...judgeTelling(told, invocation).map((what) => `${what} to ${receiver}`));
  }
  const ids = new Set(
    Object.values(receivers).flatMap(({ heard }) => [...(heard.get(plan.inferenceId)?.messageIds ?? [])]),
  );
  if (ids.size > 1) wrong.push(`was told under ${ids.size} ids in all`);
  return wrong;
}

function judgeTelling(told: HeardNotifications, { inferenceId, state }: Invocation): string[] {
  const heard = told.heard.get(inferenceId);
  if (!heard) return ['was never told'];
  const wrong: string[] = [];
  if (heard.messageIds.size !== 1) wrong.push(`was told under ${heard.messageIds.size} ids`);
  if (heard.documents.size !== 1) wrong.push(`was told in ${heard.documents.size} versions`);
  for (const document of heard.documents) {
    const { invocationStatus } = JSON.parse(document) as InvocationNotification;
    if (invocationStatus !== state) wrong.push(`was told as ${invocationStatus}`);
  }
  return wrong;
}

function isAsPlanned(result: string, planned: string | RegExp): boolean {
  return typeof planned === 'string' ? result === planned : planned.test(result);
}

/** Reads the ledger of a service that has ended. */
export async function readLedger(dataDirectory: string): Promise<Invocation[]> {
  const { invocations, close } = openSqliteLedger(dataDirectory);
  try {
    const found: Invocation[] = [];
    for (;;) {
      const page = await invocations.list({ limit: PAGE, after: found.at(-1)?.id });
      found.push(...page);
      if (page.length < PAGE) return found;
    }
  } finally {
    close();
  }
}

/** Reads every output and failure object. */
export async function readResults({ s3 }: AwsClients): Promise<Map<string, string>> {
  const keys: string[] = [];
  for (const Prefix of ['out/', 'failed/']) {
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: BUCKET, Prefix })) {
      keys.push(...Contents.map(({ Key }) => Key!));
    }
  }
  const results = new Map<string, string>();
  const read = async (): Promise<void> => {
    for (let Key = keys.pop(); Key !== undefined; Key = keys.pop()) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      results.set(`s3://${BUCKET}/${Key}`, await Body!.transformToString());
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  return results;
}
