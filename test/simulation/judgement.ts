import { endpointKey } from '../../libs/core/endpoint/endpoint.js';
import type { Invocation } from '../../libs/core/invocation/invocation.js';
import { SUBSCRIBERS } from './receivers.js';
import type { Arrival } from './scenario.js';
import type { Simulation } from './simulation.js';

/** Judges the end of a run: the final state of every invocation, receiver and endpoint. */
export async function judge(simulation: Simulation): Promise<void> {
  const { ledger } = simulation;
  const known = new Set(ledger.all.map(({ inferenceId }) => inferenceId));
  for (const inferenceId of simulation.accepted) {
    if (!known.has(inferenceId)) simulation.violation(`${inferenceId} was answered with a 202 and is lost`);
  }
  for (const invocation of ledger.all) {
    await judgeReason(simulation, invocation);
    judgeDeliveries(simulation, invocation);
    await judgeObject(simulation, invocation);
  }
  for (const { name } of simulation.scenario.endpoints) await judgeCapacity(simulation, name);
  await judgeLeftovers(simulation);
  await judgeTargets(simulation);
}

/** Reports results that changed after the settlement: the output of a zombie comes too late. */
async function judgeObject(simulation: Simulation, { id, inferenceId, redrivenAs }: Invocation): Promise<void> {
  const shown = simulation.witness.shown.get(id);
  // An invocation that runs again replaces the result before it.
  if (!shown || redrivenAs !== undefined || simulation.redelivered.has(inferenceId)) return;
  const content = await simulation.witness.contentAt(shown.location);
  if (content !== shown.content) {
    simulation.violation(`${shown.location} changed after the settlement from "${shown.content}" to "${content}"`);
  }
}

function judgeDeliveries({ receivers, ledger, witness }: Simulation, invocation: Invocation): void {
  const { id, inferenceId, state, successTopic, errorTopic } = invocation;
  const topic = state === 'Completed' ? successTopic : errorTopic;
  if (topic === undefined) return;
  if (ledger.deliveries.get(id)?.length !== 1) witness.violation(`${inferenceId} has not exactly one message`);
  for (const subscriber of SUBSCRIBERS) {
    const ids = receivers.told.get(`${subscriber} ${id}`)?.size ?? 0;
    if (ids !== 1) witness.violation(`${subscriber} was told of ${inferenceId} under ${ids} ids`);
  }
  const statuses = [...(receivers.statuses.get(id) ?? [])].join(', ');
  const expected = state === 'Completed' ? 'Completed' : 'Failed';
  if (statuses !== expected) witness.violation(`of ${inferenceId}, ${expected}, was told ${statuses}`);
}

/**
 * Reports variants that are not at their minimum, and any other instances. If an update could not be rolled back, its
 * new instances may stay.
 */
async function judgeCapacity(simulation: Simulation, endpointName: string): Promise<void> {
  const { catalog, engine } = simulation;
  const { deployment } = (await catalog.endpoints.get(endpointKey(endpointName))) ?? {};
  const bounded = await simulation.boundsOf(endpointName);
  judgePaused(simulation, endpointName, bounded.length);
  const all = engine.fleet.counts(endpointName);
  let known = deployment ? engine.fleet.counts(endpointName, undefined, deployment.id).inService : 0;
  for (const { bounds, variant } of bounded) {
    const { inService } = engine.fleet.counts(endpointName, variant.name, variant.deploymentId);
    known += inService;
    if (inService === bounds.minimum) continue;
    const what = `${inService} instances of ${endpointName}/${variant.name} in service at a minimum of ${bounds.minimum}`;
    simulation.violation(`at rest there are ${what}`);
  }
  if (all.starting + all.draining === 0 && all.inService === known) return;
  simulation.violation(
    `at rest the instances of ${endpointName} are ${JSON.stringify(all)}, of which ${known} are known`,
  );
}

/** Reports scalable targets of variants that do not exist. */
async function judgeTargets({ catalog, witness }: Simulation): Promise<void> {
  for (const { endpointName, variantName } of await catalog.scalableTargets.all()) {
    const endpoint = await catalog.endpoints.get(endpointKey(endpointName));
    if (endpoint?.variants.some(({ name }) => name === variantName)) continue;
    witness.violation(`the scalable target of ${endpointName}/${variantName} has outlived it`);
  }
}

/** Reports paused instances that are too many or overdue, or whose endpoint does not serve. */
function judgePaused({ clock, engine, scenario, witness }: Simulation, endpointName: string, variants: number): void {
  const paused = engine.fleet.instances(endpointName).filter(({ state }) => state === 'Paused');
  const { warm } = scenario.endpoints.find(({ name }) => name === endpointName)!;
  const allowed = variants * (warm?.instances ?? 0);
  const isOverdue = paused.some(({ pausedUntil = 0 }) => pausedUntil <= clock.now());
  if (paused.length <= allowed && !isOverdue) return;
  witness.violation(`at rest ${endpointName} has ${paused.length} paused instances of ${allowed}`);
}

/** Reports instances on the machine that its process does not know: none of an earlier process may be left. */
async function judgeLeftovers({ engine, machine, scenario, witness }: Simulation): Promise<void> {
  const known = new Set(scenario.endpoints.flatMap(({ name }) => engine.fleet.instances(name).map(({ id }) => id)));
  for (const { instanceId } of await machine.instances.list()) {
    if (!known.has(instanceId)) witness.violation(`the instance ${instanceId} is left over`);
  }
}

/** Reports an end of an invocation that its planned behaviour does not allow. */
async function judgeReason(simulation: Simulation, invocation: Invocation): Promise<void> {
  const { inferenceId, state, failureReason = '', settledAt, expiresAt } = invocation;
  const arrival = simulation.arrivals.get(inferenceId)!;
  if (state === 'Cancelled') return;
  if (state === 'Expired') {
    // If its endpoint serves, an invocation may expire only if its time to live is short.
    const bounded = await simulation.boundsOf(arrival.endpointName);
    const mayServe = bounded.some(({ bounds, variant }) => bounds.maximum > 0 && variant.desiredWeight > 0);
    const hadTime = arrival.ttlSeconds === undefined && mayServe;
    if (settledAt! < expiresAt || hadTime)
      simulation.violation(`${inferenceId} expired at ${settledAt! - expiresAt} ms`);
    return;
  }
  const isPossible =
    state === 'Completed'
      ? arrival.input !== 'missing' && COMPLETES.has(arrival.behaviour)
      : possibleReasons(simulation, arrival).some((reason) => reason.test(failureReason));
  if (!isPossible) simulation.violation(`${inferenceId} (${arrival.behaviour}) became ${state} ${failureReason}`);
}

const COMPLETES: ReadonlySet<Arrival['behaviour']> = new Set([
  'answers',
  'resets once',
  'kills once',
  'kills answering once',
]);

const REASONS: Partial<Record<Arrival['behaviour'], RegExp>> = {
  'answers 400': /^ClientError: Received client error \(400\) from model/,
  'answers 500': /^ClientError: Received server error \(500\) from model/,
  'sends long headers': /headers with length greater than 4096 bytes/,
  'breaks off': /could not load the entire response body/,
  hangs: /did not answer within \d+ seconds/,
};

function possibleReasons({ scenario, hasRefused, deleted }: Simulation, arrival: Arrival): RegExp[] {
  const reasons: RegExp[] = [];
  const own = REASONS[arrival.behaviour];
  if (own) reasons.push(own);
  if (arrival.input === 'missing' || hasRefused) reasons.push(/could not be read/);
  if (hasRefused) reasons.push(/could not be written/);
  if (deleted.has(arrival.endpointName)) reasons.push(/was deleted|does not exist any more/);
  const hasFreezes = scenario.incidents.some(({ kind }) => kind === 'freeze');
  if (hasFreezes) reasons.push(/did not answer within/);
  const isDeadly = scenario.arrivals.some(({ behaviour }) => behaviour === 'poison' || behaviour.includes('once'));
  const instancesDie = scenario.launches.deathRate > 0 || scenario.incidents.length > 0;
  if (isDeadly || instancesDie) reasons.push(/3 attempts at this request broke their instance/);
  return reasons;
}
