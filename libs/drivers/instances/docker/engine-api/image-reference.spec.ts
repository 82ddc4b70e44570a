import { describe, expect, it } from 'vitest';
import { registryOf, withTag } from './image-reference.js';

describe('an image reference', () => {
  it.each([
    ['echo', 'echo:latest', 'docker.io'],
    ['team/echo:1', 'team/echo:1', 'docker.io'],
    ['localhost/echo', 'localhost/echo:latest', 'localhost'],
    ['localhost:5000/echo', 'localhost:5000/echo:latest', 'localhost:5000'],
    ['registry.example/team/echo@sha256:00', 'registry.example/team/echo@sha256:00', 'registry.example'],
  ])('%s means %s at %s', (image, inFull, registry) => {
    expect(withTag(image)).toBe(inFull);
    expect(registryOf(image)).toBe(registry);
  });
});
