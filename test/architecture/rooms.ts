/** The layers that each layer may import. `package` stands for npm packages, `node` for Node's modules. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'libs/core': ['libs/core'],
  'libs/wire': ['libs/wire', 'libs/core', 'package'],
  'libs/engine': ['libs/engine', 'libs/core'],
  'libs/simulator': ['libs/simulator', 'libs/core'],
  'libs/drivers': ['libs/drivers', 'libs/core', 'node', 'package'],
  'libs/host': ['libs/host', 'libs/core', 'libs/engine', 'libs/drivers', 'node', 'package'],
  apps: ['apps', 'libs/core', 'libs/wire', 'libs/engine', 'libs/simulator', 'libs/host', 'node', 'package'],
};

/** The parts of one layer: its rooms from the ground up, and the files outside rooms. */
export interface Layer {
  /** The rooms that each room may import, besides itself and the ground. A room imports only rooms below it. */
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  /** Files at the layer's root that every room may import; they import only each other. */
  readonly ground: readonly string[];
  /** Files at the layer's root that assemble the rooms; no room imports them. */
  readonly roof: readonly string[];
}

/** The rooms of each layer that has rooms. A new room gets a row here, and a word in the glossary if it is a notion. */
export const ROOMS: Readonly<Record<string, Layer>> = {
  'libs/core': {
    rooms: {
      access: [],
      model: [],
      instance: [],
      learning: ['instance'],
      endpoint: ['model'],
      invocation: ['endpoint'],
      delivery: ['invocation'],
      metric: ['invocation'],
      alarm: ['metric', 'delivery'],
      scaling: ['alarm', 'metric', 'invocation', 'endpoint', 'learning'],
      deployment: ['scaling', 'endpoint', 'model', 'instance'],
      situation: ['scaling', 'alarm', 'invocation', 'endpoint', 'learning', 'instance'],
      ports: [
        'scaling',
        'alarm',
        'metric',
        'delivery',
        'invocation',
        'endpoint',
        'learning',
        'instance',
        'model',
        'access',
      ],
    },
    ground: ['arn.ts', 'errors.ts', 'in-words.ts', 'leader.ts', 'object-location.ts', 'tags.ts'],
    roof: [],
  },
  'libs/engine': {
    rooms: {
      access: [],
      model: [],
      instance: [],
      metric: ['instance'],
      situation: ['instance'],
      delivery: ['metric'],
      invocation: ['delivery', 'access'],
      worker: ['invocation', 'delivery', 'metric', 'instance'],
      alarm: ['delivery', 'metric'],
      scaling: ['alarm', 'instance'],
      endpoint: ['scaling', 'delivery', 'model'],
      operating: ['endpoint', 'scaling', 'instance'],
      deployment: ['endpoint', 'scaling', 'worker', 'delivery', 'model', 'instance'],
      autoscaler: ['deployment', 'scaling', 'instance'],
    },
    ground: ['cancel-body.ts', 'deadline.ts', 'log.ts', 'per-endpoint.ts', 'rounds.ts', 'world.ts'],
    roof: ['engine.ts'],
  },
  'libs/wire': {
    rooms: {
      aws: [],
      signature: ['aws'],
      runtime: ['aws'],
      control: ['aws'],
      scaling: ['aws'],
      cloudwatch: ['aws'],
      s3: ['signature', 'aws'],
      sns: ['aws'],
      sqs: ['aws'],
      sts: ['aws'],
      prometheus: [],
      rest: ['aws'],
    },
    ground: [],
    roof: [],
  },
  'libs/wire/rest': {
    rooms: { docs: [], access: [], scaling: [], endpoint: ['scaling'], invocation: ['docs'] },
    ground: ['cursor.ts', 'fields.ts', 'problem.ts', 'read-request.ts', 'route-paths.ts', 'route.ts'],
    roof: ['all-routes.ts'],
  },
  'apps/cli': {
    rooms: {
      outcome: [],
      terminal: ['outcome'],
      client: ['outcome'],
      session: ['client', 'outcome', 'terminal'],
      format: ['client', 'terminal'],
      options: ['client', 'outcome', 'session'],
      deploy: ['client', 'format', 'outcome', 'session'],
      doctor: ['format', 'outcome', 'session'],
      invoke: ['client', 'format', 'outcome', 'session', 'terminal'],
      commands: ['client', 'deploy', 'doctor', 'format', 'invoke', 'options', 'outcome', 'session', 'terminal'],
    },
    ground: [],
    roof: ['main.ts', 'program.ts', 'run-command-line.ts'],
  },
};

/**
 * The parts of the world that each room of the engine uses: its ports, `log`, and the facts of this Ebb (`place`,
 * `publicUrl`, `progressUrl`). Only the roof takes the world whole.
 */
export const PARTS_OF_THE_WORLD: Readonly<Record<string, readonly string[]>> = {
  access: ['catalog', 'clock', 'invocations', 'log', 'secrets', 'signals'],
  model: ['catalog', 'clock', 'place'],
  instance: ['catalog', 'clock', 'instances', 'log', 'logs', 'signals'],
  metric: ['catalog', 'clock', 'invocations', 'log', 'metrics', 'signals'],
  situation: ['catalog', 'clock', 'invocations', 'place'],
  delivery: [
    'catalog',
    'clock',
    'invocations',
    'log',
    'notifications',
    'objects',
    'outbox',
    'place',
    'publicUrl',
    'signals',
  ],
  invocation: [
    'catalog',
    'clock',
    'invocations',
    'ledger',
    'log',
    'notifications',
    'objects',
    'place',
    'publicUrl',
    'secrets',
    'signals',
  ],
  worker: [
    'catalog',
    'clock',
    'instances',
    'invocations',
    'ledger',
    'log',
    'logs',
    'objects',
    'place',
    'progressUrl',
    'publicUrl',
    'secrets',
    'signals',
  ],
  alarm: ['catalog', 'clock', 'log', 'outbox', 'place', 'signals'],
  scaling: ['calendar', 'catalog', 'clock', 'invocations', 'log', 'place', 'signals'],
  endpoint: ['catalog', 'clock', 'instances', 'notifications', 'objects', 'outbox', 'place', 'signals'],
  operating: ['catalog', 'clock', 'log', 'place', 'signals'],
  deployment: [
    'catalog',
    'clock',
    'instances',
    'invocations',
    'ledger',
    'log',
    'logs',
    'notifications',
    'objects',
    'outbox',
    'place',
    'publicUrl',
    'signals',
  ],
  autoscaler: ['catalog', 'clock', 'invocations', 'log', 'signals'],
};

/** The files through which some rooms are imported from outside; their other files are private. */
export const DOORS: Readonly<Record<string, readonly string[]>> = {
  'libs/engine/instance': [
    'capacity.ts',
    'fleet.ts',
    'follow-logs.ts',
    'instance-lives.ts',
    'instance-view.ts',
    'launch-spec.ts',
    'slot.ts',
  ],
  'libs/engine/metric': ['meter.ts', 'read-metric-data.ts'],
};
