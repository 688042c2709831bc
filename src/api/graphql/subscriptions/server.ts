import { randomUUID } from 'node:crypto';
import {
  execute,
  getArgumentValues,
  type GraphQLError,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import type { Context, ServerOptions, SubscribePayload } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/@fastify/websocket';
import type { Logger } from '../../../telemetry/logger.ts';
import { tooMany, type RateLimit } from '../../http/rate-limit.ts';
import type { Asked, GraphqlContext } from '../context.ts';
import { isInternal } from '../errors.ts';
import { refuseCost } from '../execution/cost-limit.ts';
import type { Documents } from '../execution/documents.ts';
import type { Operation } from '../execution/operation.ts';
import type { RunOperation } from '../execution/run-operation.ts';
import { labelsOf, logFailure } from '../plugins.ts';
import { asGraphQLError, asBadInput, asInvalid, badInput, format } from './socket-errors.ts';
import { coinsChanged } from './coins-changed.ts';
import { runChanged } from './run-changed.ts';
import { rebuildProgress } from './rebuild-progress.ts';
import type { Hub, SubscriptionField } from './subscription.ts';

/** Every field of `Subscription`. */
const fields: Readonly<Record<string, SubscriptionField>> = { coinsChanged, rebuildProgress, runChanged };

// More than any page has; one socket must not be many clients.
const subscriptionsPerSocket = 50;

export interface SocketServerDeps {
  schema: GraphQLSchema;
  documents: Documents;
  hub: Hub;
  runOperation: RunOperation;
  costLimit: number;
  rateLimit: RateLimit;
  now: () => Date;
  log: Logger;
}

/** What `onSubscribe` hands to whoever runs it. */
interface Admitted extends ExecutionArgs {
  contextValue: { operation: Operation; asked: Asked; cost: number | null; request: string };
}

/** What graphql-ws is told. */
export type SocketOptions = ServerOptions<Record<string, unknown>, Extra>;
type SocketContext = Context<Record<string, unknown>, Extra>;

/** Serves graphql-transport-ws under the same limits as HTTP, where no plugin of Apollo's runs. */
export function createSocketOptions(deps: SocketServerDeps): SocketOptions {
  const { schema, documents, hub, runOperation, costLimit, now, log } = deps;

  function admit(asked: Asked, payload: SubscribePayload): Admitted | readonly GraphQLError[] {
    if (asked.rate && !asked.rate.allowed) return [asGraphQLError(tooMany(asked.rate))];
    const prepared = documents.prepare(payload.query);
    if (prepared.kind === 'refused') return [prepared.error];
    if (prepared.kind === 'invalid') return prepared.errors.map(asInvalid);
    const operation = prepared.operation(payload.operationName ?? null);
    if (!operation)
      return [badInput('The document has no operation of that name, or several and none is named.')];
    const variableValues = payload.variables ?? {};
    const taken = operation.coerce(variableValues);
    if (taken.kind === 'wrong') return taken.errors.map(asBadInput);
    const weight = operation.weigh(variableValues, now());
    const refused = weight && refuseCost(weight.cost, costLimit);
    if (refused) return [refused];
    const request = JSON.stringify([payload.query, payload.operationName, variableValues]);
    return {
      schema,
      document: prepared.document,
      operationName: payload.operationName,
      variableValues,
      contextValue: { operation, asked, cost: weight?.cost ?? null, request },
    };
  }

  /** A query or a mutation. */
  async function run({ variableValues, contextValue }: Admitted): Promise<ExecutionResult> {
    const { operation, cost, asked } = contextValue;
    const { result, outcome } = await runOperation(
      { operation, cost, asked, variables: variableValues ?? {} },
      null,
    );
    return { ...result, extensions: labelsOf(outcome, costLimit) };
  }

  function report({ errors }: ExecutionResult, context: GraphqlContext, name: string | null): void {
    for (const error of errors?.filter(isInternal) ?? []) logFailure(log, error, context, name);
  }

  function subscribe(args: Admitted): AsyncGenerator<ExecutionResult> | ExecutionResult {
    const { operation, request } = args.contextValue;
    const selected = operation.root;
    const field = selected && fields[selected.field.name];
    if (!field) return { errors: [badInput('There is no such subscription.')] };
    const tell = async (rootValue: unknown, context: GraphqlContext): Promise<ExecutionResult> => {
      const result = await execute({ ...args, rootValue, contextValue: context });
      report(result, context, operation.name);
      return { ...result, extensions: { readModelVersion: await context.reads.version() } };
    };
    const taken = operation.coerce(args.variableValues ?? {});
    if (taken.kind === 'wrong') return { errors: taken.errors };
    const given = getArgumentValues(selected.field, selected.node, { ...taken.variables });
    return told(field(hub, { args: given, request, tell }));
  }

  /** What fails while it is told is told as any other error. */
  async function* told(messages: AsyncGenerator<ExecutionResult>): AsyncGenerator<ExecutionResult> {
    try {
      yield* messages;
    } catch (error) {
      const failure = asGraphQLError(error);
      if (isInternal(failure))
        log.error({ reason: failure.message, stack: failure.stack }, 'graphql: a subscription failed');
      yield { errors: [failure] };
    }
  }

  return {
    schema,
    onSubscribe(ctx, _id, payload) {
      if (Object.keys(ctx.subscriptions).length > subscriptionsPerSocket)
        return [badInput(`One connection has at most ${subscriptionsPerSocket} operations at once.`)];
      return admit(askedOf(ctx), payload);
    },
    execute: (args) => run(args as Admitted),
    subscribe: (args) => subscribe(args as Admitted),
    onNext: (_ctx, _id, _payload, _args, { errors, ...rest }) =>
      errors ? ({ ...rest, errors: format(errors) } as FormattedExecutionResult) : undefined,
    onError: (_ctx, _id, _payload, errors) => format(errors),
  };

  function askedOf({ connectionParams, extra }: SocketContext): Asked {
    const { authorization } = connectionParams ?? {};
    return {
      requestId: randomUUID(),
      authorization: typeof authorization === 'string' ? authorization : undefined,
      rate: deps.rateLimit.take(extra.request.ip),
    };
  }
}
