#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { launchOnSupportedNode } from '../../libs/host/launch.js';
import { keepYoungGenerationSmall } from './young-generation.js';

// No native module may load before this: on a Node that is too old, a native module ends the process without a message.
if (launchOnSupportedNode(fileURLToPath(import.meta.url))) {
  keepYoungGenerationSmall();
  const { serve } = await import('./serve.js');
  process.exitCode = await serve(process.env);
}
