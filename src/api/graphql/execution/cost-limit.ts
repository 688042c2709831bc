import { GraphQLError } from 'graphql';

/** What one operation may cost: some forty pages of 250 coins. */
export const costLimitDefault = 10_000;

/** Why an operation of this cost is not run; null where it is. */
export const refuseCost = (cost: number, limit: number): GraphQLError | null =>
  cost <= limit
    ? null
    : new GraphQLError(
        `The operation costs ${cost}: at most ${limit} is allowed. Ask for smaller pages, or for less of each item.`,
        { extensions: { code: 'COST_LIMIT_EXCEEDED', http: { status: 400 } } },
      );
