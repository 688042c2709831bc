import type { PayloadFields } from '../../sources/payload-fields.ts';
import type { RecordedParams } from '../../sources/source.ts';
import type { Baseline, KnownTypes } from './baseline.ts';
import { compareShapes } from './compare.ts';
import type { DriftMode } from './modes.ts';
import { newsAfter, newsOf, type News } from './news.ts';
import { accept, pendingAfter, type Pending } from './pending.ts';
import { driftId, type DriftReport } from './report.ts';
import { settle } from './settle.ts';
import { emptyShape, mergeShapes, type Shape } from './shape.ts';

/** The pages so far of a run that has not ended. */
export interface RunUnderWay {
  runId: string;
  pages: { params: RecordedParams; mode: DriftMode; firstVersion: number; shape: Shape; news: News[] } | null;
  /** Some of its pages came unchanged and are not in the shape: what is absent from it says nothing. */
  partial?: boolean;
}

/** What is known of a stream's payloads. Plain JSON. */
export interface FeedDrift {
  /** Null until a first run has completed. */
  baseline: Baseline | null;
  run: RunUnderWay | null;
  pending: Pending[];
}

export type DriftInput =
  | { kind: 'started'; runId: string }
  | { kind: 'page'; runId: string; version: number; params: RecordedParams; mode: DriftMode; shape: Shape }
  | { kind: 'unchanged'; runId: string }
  | { kind: 'completed'; runId: string; version: number }
  /** Failed, deferred or abandoned. */
  | { kind: 'ended'; runId: string }
  | { kind: 'acknowledged'; driftId: string };

/** The stream that is folded, and what its records are known to hold. */
export interface DriftFeed {
  stream: string;
  fields: PayloadFields;
}

export interface DriftStep {
  state: FeedDrift;
  reports: DriftReport[];
}

const unknownFeed: FeedDrift = { baseline: null, run: null, pending: [] };

/** The pages of a run differ in nothing else that they ask for. */
function withoutPage(params: RecordedParams): RecordedParams {
  return Object.fromEntries(Object.entries(params).filter(([name]) => name !== 'page'));
}

function withPage(
  run: RunUnderWay,
  page: Extract<DriftInput, { kind: 'page' }>,
  baseline: Baseline | null,
  fields: PayloadFields,
): RunUnderWay {
  const { pages } = run;
  const { params, mode, version, shape } = page;
  const news = baseline === null ? [] : newsAfter(pages?.news ?? [], version, shape, baseline, fields);
  return {
    ...run,
    pages: {
      params: pages?.params ?? withoutPage(params),
      mode,
      firstVersion: pages?.firstVersion ?? version,
      shape: mergeShapes(pages?.shape ?? emptyShape, shape),
      news,
    },
  };
}

/** What a part of the pages can tell: that something is there. */
const tellsPresence: ReadonlySet<string> = new Set(['FIELD_ADDED', 'TYPE_CHANGED']);

/** Paths and types are learned from a part as from the whole; shares are not those of all coins. */
function withoutNewStatistics(settled: Baseline, before: Baseline): Baseline {
  const last = new Map(before.known.map((field) => [field.path, field.last]));
  return { known: settled.known.map((field) => ({ ...field, last: last.get(field.path) ?? field.last })) };
}

/** The first completed run has nothing to be compared with; records that miss a required field are rejected anyway. */
function completed(state: FeedDrift, run: RunUnderWay, version: number, feed: DriftFeed): DriftStep {
  const { pages } = run;
  if (pages === null || pages.shape.records === 0) return { state: { ...state, run: null }, reports: [] };
  const { params, mode, firstVersion, shape, news } = pages;
  const observed = { shape, params };
  const baseline = state.baseline ?? { known: [] };
  const all = state.baseline === null ? [] : compareShapes(baseline, observed, feed.fields);
  const findings = run.partial ? all.filter(({ kind }) => tellsPresence.has(kind)) : all;
  const settled = settle(baseline, observed, feed.fields, findings, mode);
  const found = findings.map((finding) => ({ id: driftId(feed.stream, finding), finding }));
  const reports = found.map(({ id, finding }): DriftReport => {
    const span = newsOf(news, finding) ?? { firstVersion, lastVersion: version };
    return { ...finding, id, firstVersion: span.firstVersion, lastVersion: span.lastVersion, params };
  });
  return {
    state: {
      baseline: run.partial ? withoutNewStatistics(settled, baseline) : settled,
      run: null,
      pending: mode === 'evolve' ? [] : pendingAfter(state.pending, found, observed),
    },
    reports,
  };
}

function acknowledged(state: FeedDrift, id: string): FeedDrift {
  const pending = state.pending.find(({ driftId }) => driftId === id);
  if (state.baseline === null || pending === undefined) return state;
  return {
    ...state,
    baseline: accept(state.baseline, pending),
    pending: state.pending.filter((other) => other !== pending),
  };
}

/**
 * Sequential and pure: what is known of a stream after one more of its events, and what that event brought to light.
 * A run counts once it has completed; one that ends otherwise is forgotten, and so is one that another follows.
 */
export function foldDrift(state: FeedDrift | null, input: DriftInput, feed: DriftFeed): DriftStep {
  const current = state ?? unknownFeed;
  if (input.kind === 'started')
    return { state: { ...current, run: { runId: input.runId, pages: null } }, reports: [] };
  if (input.kind === 'acknowledged') return { state: acknowledged(current, input.driftId), reports: [] };
  const { run } = current;
  if (run?.runId !== input.runId) return { state: current, reports: [] };
  switch (input.kind) {
    case 'page':
      return {
        state: { ...current, run: withPage(run, input, current.baseline, feed.fields) },
        reports: [],
      };
    case 'unchanged':
      return { state: { ...current, run: { ...run, partial: true } }, reports: [] };
    case 'completed':
      return completed(current, run, input.version, feed);
    default:
      return { state: { ...current, run: null }, reports: [] };
  }
}

/** What enforcement holds a page against; null until a first run has completed. */
export function contractOf(state: FeedDrift | null): readonly KnownTypes[] | null {
  return state?.baseline?.known ?? null;
}
