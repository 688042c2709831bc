import type { ExecutionResult } from 'graphql';
import type { VersionWatch } from '../../../read/version-watch.ts';
import type { FieldArgs } from '../field-rules.ts';
import type { GraphqlContext } from '../context.ts';
import type { Followed } from './followed.ts';
import type { Views } from './view.ts';

/** What all subscriptions of a process share. */
export interface Hub {
  watch: VersionWatch;
  views: Views;
  followed: Followed;
  /** The names of sources, for ids. */
  sources: readonly string[];
}

/** One subscription of one client. */
export interface Subscriber {
  args: FieldArgs;
  /** Tells operations of the same text and variables from others. */
  request: string;
  /** Makes the message of an event: what the client has selected of it. */
  tell: (event: unknown, context: GraphqlContext) => Promise<ExecutionResult>;
}

/**
 * One field of `Subscription`: the messages of a subscriber, made one by one as it takes them. It remembers how far it
 * has been told, so that whoever reads slowly is told of several commits at once, and nothing is heaped up for it.
 */
export type SubscriptionField = (hub: Hub, subscriber: Subscriber) => AsyncGenerator<ExecutionResult>;
