/** What a global id stands for. */
export type NodeId =
  | { kind: 'coin'; coinId: string }
  | { kind: 'run'; runId: string }
  | { kind: 'event'; stream: string; version: number }
  | { kind: 'snapshot'; snapshotId: string }
  | { kind: 'source'; name: string }
  | { kind: 'drift'; driftId: string }
  | { kind: 'rebuild'; rebuildId: string }
  | { kind: 'anomaly'; anomalyId: string }
  | { kind: 'rejected'; stream: string; version: number; recordIndex: number };

const patterns: readonly [RegExp, (match: readonly string[]) => NodeId][] = [
  [/^run:(.+)$/s, ([, runId = '']) => ({ kind: 'run', runId })],
  [
    /^event:([a-z][a-z0-9_.-]*):([1-9]\d{0,14})$/,
    ([, stream = '', version]) => ({ kind: 'event', stream, version: Number(version) }),
  ],
  [
    /^snapshot:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
    ([, snapshotId = '']) => ({ kind: 'snapshot', snapshotId }),
  ],
  [
    /^drift:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
    ([, driftId = '']) => ({ kind: 'drift', driftId }),
  ],
  [
    /^rebuild:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
    ([, rebuildId = '']) => ({ kind: 'rebuild', rebuildId }),
  ],
  [
    /^anomaly:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
    ([, anomalyId = '']) => ({ kind: 'anomaly', anomalyId }),
  ],
  [
    /^rejected:([a-z][a-z0-9_.-]*):([1-9]\d{0,14}):(0|[1-9]\d{0,8})$/,
    ([, stream = '', version, recordIndex]) => ({
      kind: 'rejected',
      stream,
      version: Number(version),
      recordIndex: Number(recordIndex),
    }),
  ],
  [/^source:(.+)$/s, ([, name = '']) => ({ kind: 'source', name })],
  // A coin's id has no colon.
  [/^([^:]+)$/s, ([, coinId = '']) => ({ kind: 'coin', coinId })],
];

/** Pure: what an id stands for, or null for one that this API never gives. */
export function parseNodeId(id: string): NodeId | null {
  for (const [pattern, read] of patterns) {
    const match = pattern.exec(id);
    if (match) return read(match);
  }
  return null;
}

/** The id of anything but a coin, whose id is its own. */
export function nodeId(node: Exclude<NodeId, { kind: 'coin' }>): string {
  switch (node.kind) {
    case 'run':
      return `run:${node.runId}`;
    case 'event':
      return `event:${node.stream}:${node.version}`;
    case 'snapshot':
      return `snapshot:${node.snapshotId}`;
    case 'drift':
      return `drift:${node.driftId}`;
    case 'rebuild':
      return `rebuild:${node.rebuildId}`;
    case 'anomaly':
      return `anomaly:${node.anomalyId}`;
    case 'rejected':
      return `rejected:${node.stream}:${node.version}:${node.recordIndex}`;
    default:
      return `source:${node.name}`;
  }
}

/** A run's own id from `run:<id>` or from the id as the command line prints it. */
export const runIdOf = (id: string): string => (id.startsWith('run:') ? id.slice('run:'.length) : id);
