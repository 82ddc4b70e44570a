import { Controller } from '@nestjs/common';
import type { Caller } from '../../../libs/core/access/caller.js';
import type { GateState } from '../../../libs/core/endpoint/endpoint-gates.js';
import { drainInstance } from '../../../libs/engine/operating/drain-instance.js';
import { InstanceControl } from '../../../libs/engine/instance/instance-view.js';
import { findEndpoint } from '../../../libs/engine/endpoint/find-endpoint.js';
import { setGates } from '../../../libs/engine/operating/set-gates.js';
import { setBounds } from '../../../libs/engine/operating/set-bounds.js';
import { wakeEndpoint } from '../../../libs/engine/operating/wake-endpoint.js';
import { World } from '../../../libs/engine/world.js';
import { formatGates } from '../../../libs/wire/rest/endpoint/endpoint-document.js';
import { formatInstance } from '../../../libs/wire/rest/endpoint/instance-document.js';
import {
  DRAIN_INSTANCE,
  LIST_INSTANCES,
  PAUSE_ENDPOINT,
  RESUME_ENDPOINT,
  SET_BOUNDS,
  WAKE_ENDPOINT,
  gatesOf,
} from '../../../libs/wire/rest/endpoint/operating-routes.js';
import type { Document } from '../../../libs/wire/rest/route.js';
import { Asked } from './asked.js';
import { Serves } from './serves.js';

/** Serves the operator's actions: pause, resume, set bounds, wake and drain. */
@Controller()
export class OperatingController {
  constructor(
    private readonly world: World,
    private readonly instances: InstanceControl,
  ) {}

  @Serves(PAUSE_ENDPOINT)
  pause(@Asked() asked: Asked<typeof PAUSE_ENDPOINT>): Promise<Document<typeof PAUSE_ENDPOINT>> {
    return this.setGates(asked, 'paused');
  }

  @Serves(RESUME_ENDPOINT)
  resume(@Asked() asked: Asked<typeof RESUME_ENDPOINT>): Promise<Document<typeof RESUME_ENDPOINT>> {
    return this.setGates(asked, 'open');
  }

  @Serves(SET_BOUNDS)
  async setBounds(@Asked() { body, gone, parameters }: Asked<typeof SET_BOUNDS>): Promise<Document<typeof SET_BOUNDS>> {
    const { maxInstances, minInstances, variant: variantName } = body;
    const bounds = { variantName, minCapacity: minInstances, maxCapacity: maxInstances };
    const target = await setBounds(this.world, { endpointName: parameters.name, ...bounds }, gone);
    return { variant: target.variantName, minInstances: target.minCapacity, maxInstances: target.maxCapacity };
  }

  @Serves(WAKE_ENDPOINT)
  async wake(
    @Asked() { body, caller, gone, parameters }: Asked<typeof WAKE_ENDPOINT>,
  ): Promise<Document<typeof WAKE_ENDPOINT, 202>> {
    const { instances, variant } = body;
    const by = operatorOf(caller);
    const request = { endpointName: parameters.name, variantName: variant, instances, by };
    const woken = await wakeEndpoint(this.world, request, gone);
    return { variant: woken.variantName, instances: woken.instances };
  }

  @Serves(LIST_INSTANCES)
  async list(@Asked() { gone, parameters }: Asked<typeof LIST_INSTANCES>): Promise<Document<typeof LIST_INSTANCES>> {
    const { name } = await findEndpoint(this.world, parameters.name, gone);
    return { items: this.instances.details(name).map(formatInstance) };
  }

  @Serves(DRAIN_INSTANCE)
  async drain(
    @Asked() { caller, gone, parameters }: Asked<typeof DRAIN_INSTANCE>,
  ): Promise<Document<typeof DRAIN_INSTANCE, 202>> {
    const { instanceId, name: endpointName } = parameters;
    const request = { endpointName, instanceId, by: operatorOf(caller) };
    return formatInstance(await drainInstance(this.world, this.instances, request, gone));
  }

  private async setGates(
    {
      body,
      caller,
      gone,
      parameters,
    }: Pick<Asked<typeof PAUSE_ENDPOINT | typeof RESUME_ENDPOINT>, 'body' | 'caller' | 'gone' | 'parameters'>,
    state: GateState,
  ): Promise<Document<typeof PAUSE_ENDPOINT>> {
    const request = { endpointName: parameters.name, gates: gatesOf(body), state, by: operatorOf(caller) };
    return formatGates(await setGates(this.world, request, gone));
  }
}

/** Names the operator in causes and reasons. Without access keys, the operator's name is unknown. */
function operatorOf({ keyId, name }: Caller): string {
  return keyId === undefined ? 'an operator' : `operator ${name}`;
}
