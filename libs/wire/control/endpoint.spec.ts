import { describe, expect, it, test } from 'vitest';
import { DEFAULT_DEPLOYMENT_CONFIG, type Deployment } from '../../core/endpoint/deployment.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { readUpdateEndpoint, writeEndpoint } from './endpoint.js';

const place = { accountId: '123456789012', region: 'us-east-1' };

function variant(deploymentId: string, differences: Partial<DeployedVariant> = {}): DeployedVariant {
  return {
    name: 'main',
    modelName: 'm',
    initialInstanceCount: 2,
    initialVariantWeight: 1,
    instanceType: 'ml.m5.large',
    deploymentId,
    container: { image: 'ocr:1', environment: {} },
    slots: 1,
    desiredWeight: 1,
    desiredInstanceCount: 2,
    ...differences,
  };
}

function endpoint(differences: Partial<Endpoint> = {}): Endpoint {
  const times = { createdAt: 1_000, modifiedAt: 2_500 };
  return {
    name: 'OCR',
    configName: 'old',
    status: 'InService',
    variants: [variant('a')],
    ...times,
    tags: {},
    ...differences,
  };
}

function deployment(differences: Partial<Deployment> = {}): Deployment {
  return {
    id: 'b',
    configName: 'new',
    variants: [variant('b', { container: { image: `ocr@sha256:${'0'.repeat(64)}`, environment: {} } })],
    config: DEFAULT_DEPLOYMENT_CONFIG,
    startedAt: 3_000,
    stage: 'Launching',
    stageSince: 3_000,
    step: 0,
    traffic: 0,
    ...differences,
  };
}

/** Returns the endpoint as a client reads it; side `a` has two instances and side `b` has one. */
function described(value: Endpoint): Record<string, any> {
  const written = writeEndpoint(value, place, ({ deploymentId }) => (deploymentId === 'a' ? 2 : 1));
  return JSON.parse(JSON.stringify(written));
}

/** Returns the statuses of the first variant. */
function statuses([summary]: { VariantStatus?: { Status: string }[] }[]): string[] | undefined {
  return summary!.VariantStatus?.map(({ Status }) => Status);
}

describe('an endpoint at rest', () => {
  it('shows its variants and times, and nothing else', () => {
    expect(described(endpoint())).toEqual({
      EndpointName: 'OCR',
      EndpointArn: 'arn:aws:sagemaker:us-east-1:123456789012:endpoint/ocr',
      EndpointConfigName: 'old',
      EndpointStatus: 'InService',
      CreationTime: 1,
      LastModifiedTime: 2.5,
      ProductionVariants: [
        {
          VariantName: 'main',
          DeployedImages: [{ SpecifiedImage: 'ocr:1' }],
          CurrentWeight: 1,
          DesiredWeight: 1,
          CurrentInstanceCount: 2,
          DesiredInstanceCount: 2,
        },
      ],
    });
  });

  it('shows the kept members of its variants', () => {
    const kept = {
      ManagedInstanceScaling: { ScaleInPolicy: { Strategy: 'IDLE_RELEASE' } },
      CapacityReservationConfig: { MlReservationArn: 'arn' },
      EnableSSMAccess: true,
    };
    const scaling = { enabled: true, minInstanceCount: 0, maxInstanceCount: 4 };
    const [summary] = described(
      endpoint({ variants: [variant('a', { kept, managedInstanceScaling: scaling, routingStrategy: 'RANDOM' })] }),
    ).ProductionVariants;
    expect(summary).toMatchObject({
      ManagedInstanceScaling: {
        Status: 'ENABLED',
        MinInstanceCount: 0,
        MaxInstanceCount: 4,
        ScaleInPolicy: { Strategy: 'IDLE_RELEASE' },
      },
      RoutingConfig: { RoutingStrategy: 'RANDOM' },
      CapacityReservationConfig: { MlReservationArn: 'arn' },
    });
    expect(summary).not.toHaveProperty('EnableSSMAccess');
  });

  it('shows its last deployment config, and at most 1,024 characters of its failure reason', () => {
    const value = described(
      endpoint({ lastDeploymentConfig: DEFAULT_DEPLOYMENT_CONFIG, failureReason: 'x'.repeat(2000) }),
    );
    expect(value.LastDeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type).toBe('ALL_AT_ONCE');
    expect(value.FailureReason).toHaveLength(1024);
  });

  test.each(['Creating', 'Updating', 'Deleting'] as const)('gives its variants its own status, %s', (status) => {
    const [summary] = described(endpoint({ status })).ProductionVariants;
    expect(summary.VariantStatus).toEqual([{ Status: status, StartTime: 2.5 }]);
  });
});

describe('an endpoint that is being updated', () => {
  it('shows the new side beside the old side, each with its instances and its share of the weight', () => {
    const value = described(
      endpoint({ status: 'Updating', deployment: deployment({ stage: 'Baking', stageSince: 4_000, traffic: 0.25 }) }),
    );
    expect(value.EndpointConfigName).toBe('old');
    expect(value.ProductionVariants).toMatchObject([
      { CurrentInstanceCount: 2, CurrentWeight: 0.75, DesiredWeight: 1 },
    ]);
    expect(value.PendingDeploymentSummary).toEqual({
      EndpointConfigName: 'new',
      StartTime: 3,
      ProductionVariants: [
        {
          VariantName: 'main',
          DeployedImages: [
            {
              SpecifiedImage: `ocr@sha256:${'0'.repeat(64)}`,
              ResolvedImage: `ocr@sha256:${'0'.repeat(64)}`,
            },
          ],
          CurrentWeight: 0.25,
          DesiredWeight: 1,
          CurrentInstanceCount: 1,
          DesiredInstanceCount: 2,
          InstanceType: 'ml.m5.large',
          VariantStatus: [
            { Status: 'ActivatingTraffic', StartTime: 4 },
            { Status: 'Baking', StartTime: 4 },
          ],
        },
      ],
    });
  });

  test.each<[string, Partial<Deployment>, string[], string[]]>([
    ['starts the new side', { stage: 'Launching' }, ['Updating'], ['Creating']],
    ['goes on to the next batch', { stage: 'Launching', step: 1, traffic: 0.5 }, ['Updating'], ['Updating']],
    ['watches a part of the traffic', { stage: 'Baking', traffic: 0.1 }, ['Updating'], ['ActivatingTraffic', 'Baking']],
    ['watches all of the traffic', { stage: 'Baking', traffic: 1 }, ['Updating'], ['Baking']],
    ['rolls back', { stage: 'RollingBack' }, ['ActivatingTraffic'], ['Deleting']],
  ])('shows the status of its variants when it %s', (_, differences, current, pending) => {
    const value = described(endpoint({ status: 'Updating', deployment: deployment(differences) }));
    expect(statuses(value.ProductionVariants)).toEqual(current);
    expect(statuses(value.PendingDeploymentSummary.ProductionVariants)).toEqual(pending);
  });

  it('shows why it rolls back', () => {
    const back = deployment({ stage: 'RollingBack', failureReason: 'The alarm "errors" went off.' });
    const [summary] = described(endpoint({ status: 'Updating', deployment: back })).ProductionVariants;
    expect(summary.VariantStatus[0].StatusMessage).toBe('The alarm "errors" went off.');
  });
});

const excluded = (...types: string[]): object[] => types.map((VariantPropertyType) => ({ VariantPropertyType }));

describe('UpdateEndpoint', () => {
  const names = { EndpointName: 'ocr', EndpointConfigName: 'new' };

  test.each<[string, object, { retainsInstanceCounts: boolean; retainsWeights: boolean }]>([
    ['nothing by default', {}, { retainsInstanceCounts: false, retainsWeights: false }],
    ['all properties', { RetainAllVariantProperties: true }, { retainsInstanceCounts: true, retainsWeights: true }],
    [
      'all but one',
      { RetainAllVariantProperties: true, ExcludeRetainedVariantProperties: excluded('DesiredWeight') },
      { retainsInstanceCounts: true, retainsWeights: false },
    ],
    [
      'nothing if only exceptions are stated',
      { ExcludeRetainedVariantProperties: excluded('DesiredInstanceCount') },
      { retainsInstanceCounts: false, retainsWeights: false },
    ],
  ])('retains %s', (_, members, expected) => {
    expect(readUpdateEndpoint({ ...names, ...members })).toMatchObject({ name: 'ocr', configName: 'new', ...expected });
  });

  it('takes a deployment config of its own or the last one, not both', () => {
    expect(readUpdateEndpoint({ ...names, RetainDeploymentConfig: true }).retainsDeploymentConfig).toBe(true);
    expect(readUpdateEndpoint({ ...names, DeploymentConfig: {} }).deploymentConfig).toEqual(DEFAULT_DEPLOYMENT_CONFIG);
    expect(() => readUpdateEndpoint({ ...names, DeploymentConfig: {}, RetainDeploymentConfig: true })).toThrow(
      `at 'retainDeploymentConfig' failed to satisfy constraint: Member must be false where DeploymentConfig is given`,
    );
  });
});
