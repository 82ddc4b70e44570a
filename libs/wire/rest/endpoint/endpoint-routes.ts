import { z } from 'zod';
import { deployment, redeployment } from './deployment-document.js';
import { endpointDocument, endpointSummary } from './endpoint-document.js';
import { endpointName, pageOf, paging } from '../fields.js';
import { route } from '../route.js';

/** Leaves room for the largest environment, in any way of writing it as JSON. */
const MAX_BODY_BYTES = 1_048_576;

const byName = z.object({ name: endpointName });

export const LIST_ENDPOINTS = route({
  id: 'listEndpoints',
  method: 'GET',
  path: '/v1/endpoints',
  chapter: 'Endpoints',
  summary: 'Every endpoint as it stands',
  access: 'read',
  isConfined: true,
  query: z.strictObject(paging),
  answers: {
    200: {
      description: 'A page of the endpoints that the caller may see, by name.',
      content: { 'application/json': pageOf(endpointSummary) },
    },
  },
});

export const DEPLOY_ENDPOINT = route({
  id: 'deployEndpoint',
  method: 'POST',
  path: '/v1/endpoints',
  chapter: 'Endpoints',
  summary: 'Deploy an image in one call',
  description:
    "Makes a model, an endpoint config and an endpoint, as SageMaker's API has them, and bounds, as Application Auto " +
    'Scaling has them. All of it is checked before any of it is made.',
  access: 'operate',
  isConfined: true,
  body: { schema: deployment, maxBytes: MAX_BODY_BYTES },
  answers: {
    201: {
      description: 'The endpoint, which is being created.',
      headers: { location: 'Where it is described.' },
      content: { 'application/json': endpointDocument },
    },
  },
  errors: ['AlreadyExists', 'ImageNotFound', 'ModelDataUnusable', 'ChangeInProgress', 'LimitExceeded', 'StorageFull'],
});

export const GET_ENDPOINT = route({
  id: 'getEndpoint',
  method: 'GET',
  path: '/v1/endpoints/{name}',
  chapter: 'Endpoints',
  summary: 'An endpoint as it stands, and why',
  access: 'read',
  parameters: byName,
  answers: { 200: { description: 'The endpoint.', content: { 'application/json': endpointDocument } } },
  errors: ['EndpointNotFound'],
});

export const REDEPLOY_ENDPOINT = route({
  id: 'redeployEndpoint',
  method: 'PUT',
  path: '/v1/endpoints/{name}',
  chapter: 'Endpoints',
  summary: 'Roll out another image in one call',
  description:
    'Updates the endpoint to a new model and a new config, as `UpdateEndpoint` does: it serves as it is until the new ' +
    'instances have proved themselves. Bounds, promise, keep-warm time and instance type stay unless told.',
  access: 'operate',
  parameters: byName,
  body: { schema: redeployment, maxBytes: MAX_BODY_BYTES },
  answers: {
    202: {
      description: 'The endpoint, which is being updated.',
      content: { 'application/json': endpointDocument },
    },
  },
  errors: [
    'EndpointNotFound',
    'EndpointNotReady',
    'ChangeInProgress',
    'ImageNotFound',
    'ModelDataUnusable',
    'LimitExceeded',
    'StorageFull',
  ],
});

export const DELETE_ENDPOINT = route({
  id: 'deleteEndpoint',
  method: 'DELETE',
  path: '/v1/endpoints/{name}',
  chapter: 'Endpoints',
  summary: 'Delete an endpoint',
  description:
    'It takes no more; what runs is finished and what waits is settled as Failed. The model and the config that deploying ' +
    'in one call made for it go with it; those that others made stay.',
  access: 'operate',
  parameters: byName,
  answers: {
    202: {
      description: 'It is being deleted.',
      content: { 'application/json': z.object({ name: z.string(), status: z.literal('Deleting') }) },
    },
  },
  errors: ['EndpointNotFound', 'ChangeInProgress', 'StorageFull'],
});
