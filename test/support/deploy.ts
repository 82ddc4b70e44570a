import {
  CreateEndpointCommand,
  type CreateEndpointConfigCommandInput,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  type ProductionVariant,
} from '@aws-sdk/client-sagemaker';
import type { ControlHost } from './control-host.js';

export const SUCCESS_TOPIC = 'arn:aws:sns:us-east-1:123456789012:done';
export const ERROR_TOPIC = 'arn:aws:sns:us-east-1:123456789012:broken';

export async function createModel({ sagemaker }: ControlHost, name = 'ocr-model'): Promise<void> {
  await sagemaker.send(new CreateModelCommand({ ModelName: name, PrimaryContainer: { Image: 'ocr' } }));
}

/** A config that everything is right with; `differences` replace whole members. */
export function asyncConfig(
  name: string,
  variant: Partial<ProductionVariant> = {},
  differences: Partial<CreateEndpointConfigCommandInput> = {},
): CreateEndpointConfigCommandInput {
  return {
    EndpointConfigName: name,
    ProductionVariants: [{ VariantName: 'main', ModelName: 'ocr-model', InitialInstanceCount: 1, ...variant }],
    AsyncInferenceConfig: { OutputConfig: { S3OutputPath: 's3://results/ocr' } },
    ...differences,
  };
}

/** A model, a config named after the endpoint and the endpoint, which is then Creating. */
export async function createEndpoint(
  host: ControlHost,
  name: string,
  variant: Partial<ProductionVariant> = {},
  differences: Partial<CreateEndpointConfigCommandInput> = {},
): Promise<void> {
  if (!(await host.world.catalog.models.get('ocr-model'))) await createModel(host);
  await host.sagemaker.send(new CreateEndpointConfigCommand(asyncConfig(`${name}-config`, variant, differences)));
  await host.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: `${name}-config` }));
}
