import type { KeptMembers } from '../tags.js';
import type { ModelData } from './model-data.js';

/** A container to run: an image that the instance driver knows, the model's files and the environment. */
export interface ContainerDefinition extends ModelData {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly containerHostname?: string;
  readonly kept?: KeptMembers;
}
