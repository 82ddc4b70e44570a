import { Controller } from '@nestjs/common';
import { covers } from '../../../libs/core/access/caller.js';
import { type Endpoint, endpointKey } from '../../../libs/core/endpoint/endpoint.js';
import { EbbError } from '../../../libs/core/errors.js';
import type { EndpointSituation } from '../../../libs/core/situation/endpoint-situation.js';
import { deleteWithParts } from '../../../libs/engine/deployment/delete-with-parts.js';
import { deployInOneCall } from '../../../libs/engine/deployment/deploy-in-one-call.js';
import { redeployInOneCall } from '../../../libs/engine/deployment/redeploy-in-one-call.js';
import { findEndpoint } from '../../../libs/engine/endpoint/find-endpoint.js';
import { Situations } from '../../../libs/engine/situation/situations.js';
import { World } from '../../../libs/engine/world.js';
import { Config } from '../../../libs/host/config.js';
import { formatCursor, readCursor } from '../../../libs/wire/rest/cursor.js';
import { recipeOf } from '../../../libs/wire/rest/endpoint/deployment-document.js';
import { formatEndpoint, formatEndpointSummary } from '../../../libs/wire/rest/endpoint/endpoint-document.js';
import {
  DELETE_ENDPOINT,
  DEPLOY_ENDPOINT,
  GET_ENDPOINT,
  LIST_ENDPOINTS,
  REDEPLOY_ENDPOINT,
} from '../../../libs/wire/rest/endpoint/endpoint-routes.js';
import type { Document } from '../../../libs/wire/rest/route.js';
import { Asked } from './asked.js';
import { Serves } from './serves.js';

const PAGE = 100;

/** Serves endpoints with their state and its reasons; deploys, redeploys and deletes one in one call. */
@Controller()
export class EndpointsController {
  constructor(
    private readonly world: World,
    private readonly situations: Situations,
    private readonly config: Config,
  ) {}

  @Serves(LIST_ENDPOINTS)
  async list(@Asked() { caller, gone, query }: Asked<typeof LIST_ENDPOINTS>): Promise<Document<typeof LIST_ENDPOINTS>> {
    const { limit = PAGE } = query;
    const after = readCursor(query.cursor) ?? '';
    const all = await this.world.catalog.endpoints.all(gone);
    const visible = all.filter(({ name }) => endpointKey(name) > after && covers(caller, name));
    const page = visible.slice(0, limit);
    const last = visible.length > limit ? page.at(-1) : undefined;
    const situations = await Promise.all(page.map((endpoint) => this.situationOf(endpoint, gone)));
    return {
      items: situations.map(formatEndpointSummary),
      ...(last && { nextCursor: formatCursor(endpointKey(last.name)) }),
    };
  }

  @Serves(DEPLOY_ENDPOINT)
  async deploy(@Asked() asked: Asked<typeof DEPLOY_ENDPOINT>): Promise<Document<typeof DEPLOY_ENDPOINT, 201>> {
    const { body, caller, gone, reply } = asked;
    const { name, ...recipe } = body;
    if (!covers(caller, name)) {
      throw new EbbError(
        'AccessDenied',
        `The access key is for some endpoints only, and '${name}' is not one of them.`,
      );
    }
    const endpoint = await deployInOneCall(this.world, recipeOf(name, recipe), gone);
    reply.header('location', `/v1/endpoints/${endpoint.name}`);
    return this.document(endpoint, gone);
  }

  @Serves(GET_ENDPOINT)
  async get(@Asked() { gone, parameters }: Asked<typeof GET_ENDPOINT>): Promise<Document<typeof GET_ENDPOINT>> {
    return this.document(await findEndpoint(this.world, parameters.name, gone), gone);
  }

  @Serves(REDEPLOY_ENDPOINT)
  async redeploy(
    @Asked() { body, gone, parameters }: Asked<typeof REDEPLOY_ENDPOINT>,
  ): Promise<Document<typeof REDEPLOY_ENDPOINT, 202>> {
    const recipe = recipeOf(parameters.name, body);
    return this.document(await redeployInOneCall(this.world, recipe, gone), gone);
  }

  @Serves(DELETE_ENDPOINT)
  async delete(
    @Asked() { gone, parameters }: Asked<typeof DELETE_ENDPOINT>,
  ): Promise<Document<typeof DELETE_ENDPOINT, 202>> {
    const { name } = await findEndpoint(this.world, parameters.name, gone);
    await deleteWithParts(this.world, name, gone);
    return { name, status: 'Deleting' };
  }

  private async document(endpoint: Endpoint, signal: AbortSignal): Promise<Document<typeof GET_ENDPOINT>> {
    return formatEndpoint(await this.situationOf(endpoint, signal), this.config.scaling);
  }

  private situationOf(endpoint: Endpoint, signal: AbortSignal): Promise<EndpointSituation> {
    return this.situations.ofEndpoint(endpoint, signal);
  }
}
