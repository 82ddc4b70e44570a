import { endpointArn } from '../../../../libs/core/arn.js';
import type { DeployedVariant } from '../../../../libs/core/endpoint/variant.js';
import { createEndpoint } from '../../../../libs/engine/endpoint/create-endpoint.js';
import { deleteEndpoint } from '../../../../libs/engine/endpoint/delete-endpoint.js';
import type { InstanceCounts } from '../../../../libs/engine/instance/instance-view.js';
import { findEndpoint } from '../../../../libs/engine/endpoint/find-endpoint.js';
import { updateEndpoint } from '../../../../libs/engine/deployment/update-endpoint.js';
import { updateCapacities } from '../../../../libs/engine/deployment/update-capacities.js';
import type { World } from '../../../../libs/engine/world.js';
import {
  readCreateEndpoint,
  readEndpointName,
  readUpdateCapacities,
  readUpdateEndpoint,
  summarizeEndpoint,
  writeEndpoint,
} from '../../../../libs/wire/control/endpoint.js';
import { pageOf, readEndpointListing } from '../../../../libs/wire/control/listing.js';
import type { JsonOperations } from '../json-service.js';

/** The operations on endpoints. */
export function endpointOperations(world: World, instances: InstanceCounts): JsonOperations {
  const { catalog, place } = world;

  /**
   * Counts instances in service and draining ones, which still finish their work. Starting instances do not count yet.
   */
  const currentInstanceCount = (endpointName: string, { name, deploymentId }: DeployedVariant): number => {
    const { inService, draining } = instances.counts(endpointName, name, deploymentId);
    return inService + draining;
  };

  return {
    async CreateEndpoint(request) {
      const endpoint = await createEndpoint(world, readCreateEndpoint(request));
      return { EndpointArn: endpointArn(place, endpoint.name) };
    },

    async DescribeEndpoint(request) {
      const endpoint = await findEndpoint(world, readEndpointName(request));
      return writeEndpoint(endpoint, place, (variant) => currentInstanceCount(endpoint.name, variant));
    },

    async ListEndpoints(request) {
      const listing = readEndpointListing(request);
      const { page, nextToken } = pageOf(await catalog.endpoints.all(), listing);
      return { Endpoints: page.map((endpoint) => summarizeEndpoint(endpoint, place)), NextToken: nextToken };
    },

    async UpdateEndpoint(request) {
      const endpoint = await updateEndpoint(world, readUpdateEndpoint(request));
      return { EndpointArn: endpointArn(place, endpoint.name) };
    },

    async UpdateEndpointWeightsAndCapacities(request) {
      const { name, wanted } = readUpdateCapacities(request);
      const endpoint = await updateCapacities(world, name, wanted);
      return { EndpointArn: endpointArn(place, endpoint.name) };
    },

    async DeleteEndpoint(request) {
      await deleteEndpoint(world, readEndpointName(request));
      return undefined;
    },
  };
}
