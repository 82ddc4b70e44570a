import { describe, expect, it } from 'vitest';
import { checkEnvironment, containerEnvironment } from './container-environment.js';

const platform = { port: 20_000, modelDirectory: '/data/i-1/model', token: 't' };

describe("a container's environment", () => {
  it('has only the variables of the host that find programs, and none of Ebb', () => {
    const host = { PATH: '/bin', HOME: '/root', EBB_DATA_DIR: '/data', AWS_SECRET_ACCESS_KEY: 'x', LANG: undefined };
    expect(containerEnvironment({ host, image: {}, model: {}, platform })).toEqual({
      PATH: '/bin',
      HOME: '/root',
      SAGEMAKER_BIND_TO_PORT: '20000',
      SM_MODEL_DIR: '/data/i-1/model',
      EBB_INSTANCE_TOKEN: 't',
    });
  });

  it("lets the image override the host and the model override the image, but not the platform's port and directory", () => {
    const environment = containerEnvironment({
      host: { PATH: '/bin', LANG: 'C' },
      image: { PATH: '/opt/bin', LEVEL: 'image', AWS_REGION: 'image' },
      model: { LEVEL: 'model', SAGEMAKER_BIND_TO_PORT: '1', SM_MODEL_DIR: '/', EBB_INSTANCE_TOKEN: 'forged' },
      platform: { ...platform, region: 'eu-west-1' },
    });
    expect(environment).toEqual({
      PATH: '/opt/bin',
      LANG: 'C',
      LEVEL: 'model',
      AWS_REGION: 'image',
      SAGEMAKER_BIND_TO_PORT: '20000',
      SM_MODEL_DIR: '/data/i-1/model',
      EBB_INSTANCE_TOKEN: 't',
    });
  });

  it('names the folder of additional model data, if there is any', () => {
    const additionalDirectory = '/data/i-1/additional';
    const environment = containerEnvironment({
      host: {},
      image: {},
      model: {},
      platform: { ...platform, additionalDirectory },
    });
    expect(environment).toMatchObject({ SM_ADDITIONAL_MODEL_DATA_DIR: additionalDirectory });
  });

  it.each(['PATH', 'LD_PRELOAD', 'DYLD_INSERT_LIBRARIES', 'NODE_OPTIONS', 'PYTHONSTARTUP', 'BASH_ENV'])(
    'refuses %s from a model, because it decides which code is executed',
    (name) => {
      expect(() => checkEnvironment({ SAFE: 'x', [name]: 'x' })).toThrow(`The environment variable '${name}'`);
    },
  );

  it('accepts the variables that models usually set', () => {
    const usual = { SAGEMAKER_PROGRAM: 'inference.py', TS_MAX_REQUEST_SIZE: '1', HF_TASK: 'x', OMP_NUM_THREADS: '1' };
    expect(() => checkEnvironment(usual)).not.toThrow();
  });
});
