import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How one kind of container engine is run for itself: what it keeps is below one folder, its bridge has its own name. */
export interface EngineRecipe {
  readonly name: 'dockerd' | 'podman';
  /** The Debian packages that have to be there, by one program of each. */
  readonly programs: Readonly<Record<string, string>>;
  readonly environment?: (folder: string) => Record<string, string>;
  /** Writes what the engine reads when it starts. */
  readonly prepare?: (folder: string, bridge: string) => void;
  readonly command: (folder: string, bridge: string) => readonly [string, ...string[]];
  /** The engine wants to find its bridge, rather than to make it. */
  readonly needsBridge: boolean;
}

export function socketOf(folder: string): string {
  return join(folder, 'engine.sock');
}

const DOCKERD: EngineRecipe = {
  name: 'dockerd',
  programs: { dockerd: 'docker.io', iptables: 'iptables', runc: 'runc', ip: 'iproute2' },
  needsBridge: true,
  command: (folder, bridge) => [
    'dockerd',
    `--data-root=${join(folder, 'data')}`,
    `--exec-root=${join(folder, 'exec')}`,
    `--pidfile=${join(folder, 'pid')}`,
    `--bridge=${bridge}`,
    `--host=unix://${socketOf(folder)}`,
  ],
};

const PODMAN: EngineRecipe = {
  name: 'podman',
  programs: { podman: 'podman', iptables: 'iptables', runc: 'runc', conmon: 'conmon', ip: 'iproute2' },
  needsBridge: false,
  environment: (folder) => ({ CONTAINERS_CONF: join(folder, 'containers.conf') }),
  prepare: (folder, bridge) => {
    const networks = join(folder, 'networks');
    mkdirSync(networks, { recursive: true });
    writeFileSync(join(networks, `${bridge}.json`), JSON.stringify(podmanNetwork(bridge)));
    writeFileSync(join(folder, 'containers.conf'), podmanConfiguration(networks, bridge));
  },
  command: (folder) => [
    'podman',
    `--root=${join(folder, 'data')}`,
    `--runroot=${join(folder, 'run')}`,
    `--tmpdir=${join(folder, 'tmp')}`,
    'system',
    'service',
    '--time=0',
    `unix://${socketOf(folder)}`,
  ],
};

export const ENGINE_RECIPES: readonly EngineRecipe[] = [DOCKERD, PODMAN];

/** crun refuses machines that have cgroups of both versions; the limits keep Podman from asking for more than root has. */
function podmanConfiguration(networks: string, network: string): string {
  return `[containers]
default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
network_config_dir = "${networks}"
default_network = "${network}"
`;
}

/** Podman's own default network has one name and one subnet on a machine, which two services would both hand out. */
function podmanNetwork(bridge: string): object {
  const subnet = Number.parseInt(bridge.slice(-2), 16);
  return {
    name: bridge,
    id: bridge.padEnd(64, '0').replaceAll(/[^0-9a-f]/g, '0'),
    driver: 'bridge',
    network_interface: bridge,
    created: '2026-01-01T00:00:00Z',
    subnets: [{ subnet: `10.89.${subnet}.0/24`, gateway: `10.89.${subnet}.1` }],
    ipv6_enabled: false,
    internal: false,
    dns_enabled: false,
    ipam_options: { driver: 'host-local' },
  };
}
