import { type Command, Option } from 'commander';
import { ROLES } from '../../../libs/core/access/caller.js';
import type { AccessKeyDocument, CreatedKeyDocument, RotatedKeyDocument } from '../client/documents.js';
import { age } from '../format/quantities.js';
import { facts, table } from '../format/table.js';
import { type AccessKeys, withAccessKeys } from '../session/access-keys.js';
import { another, seconds, wholeNumber } from '../options/option-values.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';

interface LocalOption {
  readonly local?: boolean;
}

interface CreateOptions extends LocalOption {
  readonly role: (typeof ROLES)[number];
  readonly endpoint?: readonly string[];
  readonly maxQueued?: number;
  readonly maxRunning?: number;
  readonly rate?: number;
}

/** `ebb keys`. */
export function keysCommand(acts: Acts): Command {
  const keys = taught({
    name: 'keys',
    summary: 'make, list, revoke and rotate access keys',
    description:
      'Access keys say who may do what: `submit` hands in work and follows its own, `read` sees everything, `operate` ' +
      'does everything. Their secrets are printed once, when they are made.',
    examples: [
      ['ebb keys create admin --role operate --local', 'the first key, while Ebb is stopped'],
      ["ebb keys create shop --role submit --endpoint 'ocr*'", 'for a program that submits to some endpoints'],
      ['ebb keys rotate EBBK… --grace 1h', 'new secrets; the old ones are good for an hour more'],
    ],
    exits: { notFound: 'there is no such key' },
  });
  for (const make of [createKey, listKeys, rotateKey, revokeKey]) keys.addCommand(make(acts));
  return keys;
}

function createKey(acts: Acts): Command {
  return local(
    taught({
      name: 'create',
      summary: 'make an access key, and print its secrets this once',
      description: 'Makes an access key. Its token, AWS secret and webhook secret are printed to standard output.',
      examples: [
        ['ebb keys create admin --role operate --local', 'the first key, while Ebb is stopped'],
        ['ebb keys create shop --role submit --json | jq -r .token | ebb login', 'use it at once'],
      ],
    })
      .argument('<name>', 'what people call it')
      .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory())
      .option('--endpoint <name>', 'only at this endpoint, or prefix that ends in *; may be repeated', another)
      .option('--max-queued <number>', 'so many of its invocations may wait', wholeNumber(1, 1e9))
      .option('--max-running <number>', 'so many of its invocations may run', wholeNumber(1, 1e9))
      .option('--rate <number>', 'requests a minute', wholeNumber(1, 1e9)),
  ).action(
    acts((session, options: CreateOptions, name: string) =>
      withAccessKeys(session, options, async (keys) =>
        showSecrets(session, await keys.create(requestOf(name, options))),
      ),
    ),
  );
}

function requestOf(
  name: string,
  { endpoint, maxQueued, maxRunning, rate, role }: CreateOptions,
): Parameters<AccessKeys['create']>[0] {
  const quotas = { queuedInvocations: maxQueued, runningInvocations: maxRunning, requestsPerMinute: rate };
  const hasQuotas = Object.values(quotas).some((quota) => quota !== undefined);
  return { name, role, ...(endpoint && { endpoints: [...endpoint] }), ...(hasQuotas && { quotas }) };
}

function listKeys(acts: Acts): Command {
  return local(
    taught({
      name: 'ls',
      summary: 'list access keys',
      description: 'Lists access keys, without their secrets. Revoked ones are remembered for 90 days.',
      examples: [
        ['ebb keys ls', 'all of them'],
        ['ebb keys ls --local', 'while Ebb is stopped'],
      ],
    }),
  ).action(acts((session, options: LocalOption) => withAccessKeys(session, options, (keys) => list(session, keys))));
}

async function list({ terminal }: Session, keys: AccessKeys): Promise<void> {
  const items = await keys.all();
  if (terminal.isJson) terminal.document({ items });
  else if (terminal.manner.isQuiet) terminal.lines(items.map(({ id }) => id));
  else if (items.length === 0)
    terminal.note('There are no access keys: `ebb keys create NAME --role operate` makes one.');
  else terminal.lines(keyTable(items, Date.now(), terminal.columns));
}

function keyTable(keys: readonly AccessKeyDocument[], now: number, columns: number | undefined): string[] {
  const rows = keys.map(({ createdAt, endpoints, id, lastUsedAt, name, revokedAt, role }) => [
    id,
    name,
    role,
    age(createdAt, now),
    age(lastUsedAt, now),
    revokedAt === undefined ? (endpoints?.join(' ') ?? 'all endpoints') : `revoked ${age(revokedAt, now)} ago`,
  ]);
  return table(['ID', 'NAME', 'ROLE', 'AGE', 'USED', 'SCOPE'], rows, columns);
}

function rotateKey(acts: Acts): Command {
  return local(
    taught({
      name: 'rotate',
      summary: "replace a key's token and AWS secret",
      description: 'Gives a key new secrets and prints them this once. The old ones are good for the grace as well.',
      examples: [
        ['ebb keys rotate EBBK…', 'with a day of grace'],
        ['ebb keys rotate EBBK… --grace 0s', 'when a secret has got out: the old ones are refused at once'],
      ],
      exits: { notFound: 'there is no such key, or it is revoked' },
    })
      .argument('<id>', 'the id of the key')
      .option('--grace <span>', 'how long the old secrets are good as well', seconds, 86_400),
  ).action(
    acts((session, options: LocalOption & { grace: number }, id: string) =>
      withAccessKeys(session, options, async (keys) => showSecrets(session, await keys.rotate(id, options.grace))),
    ),
  );
}

function revokeKey(acts: Acts): Command {
  return local(
    taught({
      name: 'revoke',
      summary: 'let nobody in with a key any more',
      description: 'Revokes a key at once and for ever. What it has submitted goes on.',
      examples: [
        ['ebb keys revoke EBBK…', 'one key'],
        ['ebb keys revoke EBBK… --local', 'while Ebb is stopped'],
      ],
      exits: { notFound: 'there is no such key' },
    }).argument('<id>', 'the id of the key'),
  ).action(
    acts((session, options: LocalOption, id: string) =>
      withAccessKeys(session, options, async (keys) => {
        const key = await keys.revoke(id);
        if (session.terminal.isJson) session.terminal.document(key);
        else session.terminal.note(`${key.id} (${key.name}) is revoked.`);
      }),
    ),
  );
}

function local(command: Command): Command {
  return command.option('--local', 'work on the data directory of a stopped Ebb (EBB_DATA_DIR), without a key');
}

function showSecrets({ terminal }: Session, key: CreatedKeyDocument | RotatedKeyDocument): void {
  if (terminal.isJson) {
    terminal.document(key);
    return;
  }
  terminal.note('Keep these now: they are not shown again.');
  terminal.lines(
    facts([
      ['Key', `${key.id} (${key.name}, ${key.role})`],
      ['Token', key.token],
      ['AWS access key id', key.id],
      ['AWS secret access key', key.secretAccessKey],
      ['Webhook secret', 'webhookSecret' in key ? key.webhookSecret : undefined],
    ]),
  );
}
